"""A clean document, and the files of an artifact that hold such documents."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spanbert.corpus.optional import optional_import

# of JSON lines before compression: a task of tokenizing, and a shard of some four million pieces
SHARD_BYTES = 16 * 2**20
SUFFIX = ".jsonl.zst"


@dataclass(frozen=True, slots=True)
class Document:
    """One clean document and where it comes from."""

    id: str  # unique in the corpus
    text: str  # as `cleaning.clean` gives it, never empty
    source: str
    licence: str  # "" where neither the record nor the settings name one


def as_line(document: Document) -> bytes:
    """A document as it stands in a file."""
    return json.dumps(asdict(document), ensure_ascii=False).encode() + b"\n"


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a compressed file, with their line feeds."""
    with optional_import("zstandard").open(path, "rb") as packed:
        rest = b""
        while block := packed.read(2**20):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield line + b"\n"
        assert not rest, "every line ends"


def read_file(path: Path) -> Iterator[Document]:
    """The documents of one file."""
    for line in read_lines(path):
        yield Document(**json.loads(line))


class FilesWriter:
    """Writes lines to numbered compressed files in a folder; each holds some 16 MiB of them.

    Args:
        stem: files are called <stem>-00000.jsonl.zst and so on.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._file_bytes = 0
        self._file: Any = None  # zstandard's writer of the current file
        self.lines_in_files: list[int] = []

    def __enter__(self) -> "FilesWriter":
        return self

    def __exit__(self, *raised: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, line: bytes) -> None:
        """Append a line; one larger than a file gets a file of its own."""
        is_full = self._file_bytes + len(line) > SHARD_BYTES
        file = self._next_file() if self._file is None or is_full else self._file
        file.write(line)
        self._file_bytes += len(line)
        self.lines_in_files[-1] += 1

    def _next_file(self) -> Any:
        self.__exit__()
        path = self._folder / f"{self._stem}-{len(self.lines_in_files):05d}{SUFFIX}"
        self.lines_in_files.append(0)
        self._file_bytes = 0
        self._file = optional_import("zstandard").open(path, "wb")
        return self._file
