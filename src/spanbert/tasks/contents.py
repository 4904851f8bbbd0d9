"""Files of a task, plain or compressed -> what is in them, whole or line by line."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard

from spanbert.corpus.sources.lines import BLOCK_BYTES, line_pieces, whole_lines
from spanbert.corpus.sources.packed import PACKINGS, expanded
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.errors import DataError


def load_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DataError: it cannot be read, or is not JSON in UTF-8.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    try:
        return parse_json(b"".join(_blocks(path)))
    except ValueError as error:
        remedy = "pass JSON in UTF-8, plain or as .gz, .xz, .zst or .bz2"
        raise DataError(f"not JSON ({error})", place=str(path), remedy=remedy) from error


def read_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Number, from 1, and content of each line that is not blank; None for one over 100 MiB.

    Raises:
        DataError, IntegrityError, DependencyError: as `load_json`, when the place is reached.
    """
    return ((number, line) for number, line in every_line(path) if line is None or line.strip())


def every_line(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """As `read_lines`, with the blank ones."""
    try:
        for number, (_, parts) in enumerate(whole_lines(line_pieces(_blocks(path))), start=1):
            yield number, b"".join(parts) if parts else None
    except Unreadable as error:
        raise _unreadable(path, error.reason.replace("_", " ")) from error


def cells_of(line: bytes | None) -> list[str]:
    """The cells of a line that tabs part; a single empty one where it is not text."""
    try:
        return [""] if line is None else line.decode().rstrip("\r").split("\t")
    except UnicodeDecodeError:
        return [""]


def parse_json(text: bytes) -> Any:
    """The value that a text stands for.

    Raises:
        ValueError: it is not JSON, is nested too deep, or is not UTF-8.
    """
    try:
        return json.loads(text.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def is_text(value: object) -> TypeGuard[str]:
    """Whether this is a string that UTF-8 can hold: half a surrogate pair cannot be tokenized."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, decompressed by its suffix."""
    packing = path.suffix.lower()
    try:
        with path.open("rb") as handle:
            blocks = iter(partial(handle.read, BLOCK_BYTES), b"")
            yield from expanded(blocks, packing, str(path)) if packing in PACKINGS else blocks
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except Unreadable as error:
        raise _unreadable(path, error.reason.replace("_", " ")) from error


def _unreadable(path: Path, cause: str) -> DataError:
    remedy = "check the path, or fetch the file again"
    return DataError(f"cannot read it ({cause})", place=str(path), remedy=remedy)
