"""Encoded documents in temporary files: any part of any of them, in little memory.

Pairs take their second parts from anywhere in the corpus. A piece takes five bytes on disk.
"""

from array import array
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from spanbert.shards.encode import EncodedDocument
from spanbert.shards.pieces import Pieces

# ids fit in 31 bits; one row a piece, a sentence bound or a span
_COLUMNS = {
    "ids": np.dtype("<i4"),
    "word_starts": np.dtype(bool),
    "sentence_bounds": np.dtype("<i8"),
    "entities": np.dtype(("<i8", 2)),
    "noun_phrases": np.dtype(("<i8", 2)),
}


class DocumentStore:
    """Documents in the order given; reading one maps it and copies nothing.

    Args:
        folder: an empty folder, which the caller removes.
    """

    def __init__(self, folder: Path, documents: Iterable[EncodedDocument]) -> None:
        self._numbers = array("q")
        self._ends = {name: array("q", [0]) for name in _COLUMNS}
        files = {name: (folder / name).open("wb") for name in _COLUMNS}
        try:
            for document in documents:
                self._numbers.append(document.number)
                for name, rows in _rows(document).items():
                    files[name].write(rows.astype(_COLUMNS[name].base).tobytes())
                    self._ends[name].append(self._ends[name][-1] + len(rows))
        finally:
            for file in files.values():
                file.close()
        self._rows = {name: _mapped(folder / name, row) for name, row in _COLUMNS.items()}

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> EncodedDocument:
        rows = {
            name: self._rows[name][ends[index] : ends[index + 1]]
            for name, ends in self._ends.items()
        }
        bounds = rows.pop("sentence_bounds")
        return EncodedDocument(self._numbers[index], Pieces(**rows), bounds)


def _rows(document: EncodedDocument) -> dict[str, np.ndarray]:
    pieces = document.pieces
    return {
        "ids": pieces.ids,
        "word_starts": pieces.word_starts,
        "sentence_bounds": document.sentence_bounds,
        "entities": pieces.entities,
        "noun_phrases": pieces.noun_phrases,
    }


def _mapped(path: Path, row: np.dtype) -> np.ndarray:
    if path.stat().st_size == 0:  # cannot be mapped
        return np.zeros((0, *row.shape), row.base)
    return np.asarray(np.memmap(path, row.base, mode="r")).reshape(-1, *row.shape)
