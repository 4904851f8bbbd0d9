"""What is compared of documents instead of their text: fixed rows of numbers, in files of one part.

A corpus of ten million documents is decided on with a few hundred bytes of each, mapped from disk.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np

from spanbert.corpus.signatures import NUM_PERMUTATIONS
from spanbert.mapped import mapped_rows

COLUMNS: Mapping[str, np.dtype] = {
    "digests": np.dtype(("<u8", 2)),  # the first half of the text's sha256
    "id_digests": np.dtype(("<u8", 2)),  # of the id's
    "fractions": np.dtype("<f8"),  # sha256 of the document's first part, as a number in [0, 1)
    "characters": np.dtype("<i8"),
    "origins": np.dtype("<i4"),  # which pair of source and licence of the part's list
    "overlaps": np.dtype("<i4"),  # n-grams that evaluation sets have too
    "signatures": np.dtype(("<u4", NUM_PERMUTATIONS)),
}


class NumbersWriter:
    """Appends rows to the files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, BinaryIO] = {
            name: (folder / f"{name}.bin").open("wb") for name in COLUMNS
        }

    def __enter__(self) -> "NumbersWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one document's numbers, by column."""
        for name, of in COLUMNS.items():
            self._files[name].write(np.asarray(row[name], dtype=of.base).tobytes())


class Numbers:
    """The rows of several parts, end to end.

    Args:
        folders: the parts, in order.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def column(self, name: str) -> np.ndarray:
        """One column of all parts, in memory."""
        empty = np.zeros((0, *COLUMNS[name].shape), COLUMNS[name].base)
        return np.concatenate([empty, *(self.part(i, name) for i in range(len(self._folders)))])

    def mapped(self, name: str, file: Path) -> np.ndarray:
        """One column of all parts, on disk in `file`, which is made."""
        with file.open("wb") as joined:
            for folder in self._folders:
                with (folder / f"{name}.bin").open("rb") as part:
                    while block := part.read(2**20):
                        joined.write(block)
        return mapped_rows(file, COLUMNS[name])

    def part(self, index: int, name: str) -> np.ndarray:
        """One column of one part."""
        return mapped_rows(self._folders[index] / f"{name}.bin", COLUMNS[name])
