"""Files that the settings name: there, and readable."""

from collections.abc import Iterable
from pathlib import Path

from spanbert.config import Config
from spanbert.corpus.sources.find import is_local, source_files
from spanbert.doctor.finding import Finding, findings_of, ok, problem, warning
from spanbert.errors import DataError


def check_data(config: Config) -> list[Finding]:
    """Texts, questions, and the model and tokenizer to begin with."""
    questions = [Path(path) for path in config.qa.files]
    named = {"training.start": config.training.start, "tokenizer.path": config.tokenizer.path}
    return [
        *findings_of("texts", lambda: [_texts(config.corpus.sources)]),
        files_finding("questions", questions, setting="qa.train, qa.dev and qa.test"),
        *(existence_finding(name, Path(path)) for name, path in named.items() if path),
    ]


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


def existence_finding(name: str, path: Path) -> Finding:
    """Whether a file or folder is there."""
    if not path.exists():
        remedy = f"--set {name}=PATH"
        return problem(DataError, name, f"{path}: nothing is there", "a model", remedy=remedy)
    return ok(name, "is there")


def _texts(sources: tuple[str, ...]) -> Finding:
    """Files are looked at; what comes by a network is only known once it is loaded."""
    remote = sum(not is_local(source) for source in sources)
    files = source_files(sources)
    if remote and not files:
        return ok("texts", f"{remote} named datasets or URLs, not looked at")
    return files_finding("texts", files, setting="corpus.sources")


def _refusals(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            yield f"{path}: {error.strerror}"
