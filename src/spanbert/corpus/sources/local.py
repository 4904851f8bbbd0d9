"""Paths, folders and patterns -> files on disk."""

import glob
import os
import re
from pathlib import Path

from spanbert.errors import DataError


def local_files(pattern: str) -> list[tuple[Path, str]]:
    """Files with their names, sorted; a literal path may hold `*`, `?` or `[`.

    A name is relative to the fixed part of the pattern.

    Raises:
        DataError: there are none, or a link among them leads nowhere.
    """
    is_literal = os.path.isfile(pattern)
    deep = os.path.join(glob.escape(pattern), "**") if os.path.isdir(pattern) else pattern
    matches = [pattern] if is_literal else sorted(glob.glob(deep, recursive=True))
    _refuse_dangling(matches)
    paths = [path for path in matches if os.path.isfile(path)]
    if not paths:
        raise DataError(
            "no file matches this source",
            place=pattern,
            remedy="check the path; a folder means all files in it",
        )
    fixed_part = pattern if is_literal else re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    if os.path.isdir(pattern):
        fixed_part = os.path.join(pattern, "")
    root = os.path.dirname(fixed_part) or "."
    return [(Path(path), Path(os.path.relpath(path, root)).as_posix()) for path in paths]


def _refuse_dangling(matches: list[str]) -> None:
    """A link to a file that is not there is text that would be missing unnoticed."""
    for path in matches:
        if not os.path.exists(path):
            raise DataError(
                "a link leads nowhere",
                place=path,
                remedy="mend or remove it, or name the other files by a pattern",
            )
