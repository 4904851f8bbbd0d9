"""Files that are named: all of them can be opened."""

from collections.abc import Iterable
from pathlib import Path

from spanbert.doctor.finding import Finding, ok, problem, warning
from spanbert.errors import DataError


def files_finding(name: str, paths: list[Path], *, setting: str) -> Finding:
    """Whether all of some files can be read; where none is named, that a run needs some."""
    if not paths:
        remedy = f"name some in {setting}, or run single steps instead of `spanbert run`"
        return warning(name, "none named", "at least one file", remedy=remedy)
    refusals = list(_refusals(paths))
    if refusals:
        remedy = f"correct {setting}, or the permissions"
        return problem(DataError, name, refusals[0], "readable files", remedy=remedy)
    return ok(name, f"{len(paths)} readable files")


def _refusals(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            yield f"{path}: {error.strerror}"
