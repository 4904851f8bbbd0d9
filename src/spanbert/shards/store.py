"""Encoded documents in files: any part of any of them, in little memory.

Pairs take their second parts from anywhere in the corpus. A piece takes five bytes on disk.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from spanbert.mapped import mapped_rows
from spanbert.shapes import Int
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
_NUMBERS, _ENDS = "numbers", "ends"  # (documents) and (documents + 1, columns) int64


def write_store(documents: Iterable[EncodedDocument], folder: Path) -> int:
    """Write documents in the order given into an empty folder; returns how many there were."""
    numbers, ends = [], [[0] * len(_COLUMNS)]
    files = {name: (folder / name).open("wb") for name in _COLUMNS}
    try:
        for document in documents:
            rows = _rows(document)
            for name, file in files.items():
                file.write(rows[name].astype(_COLUMNS[name].base).tobytes())
            numbers.append(document.number)
            ends.append([end + len(rows[name]) for end, name in zip(ends[-1], files, strict=True)])
    finally:
        for file in files.values():
            file.close()
    np.array(numbers, dtype="<i8").tofile(folder / _NUMBERS)
    np.array(ends, dtype="<i8").tofile(folder / _ENDS)
    return len(numbers)


class DocumentStore:
    """The documents of many folders, one after the other; reading one maps it and copies nothing.

    Args:
        folders: of `write_store`.
        first_numbers: added to the documents' numbers, one for each folder.
    """

    def __init__(self, folders: Sequence[Path], first_numbers: Sequence[int]) -> None:
        self._stores = [_Store(*each) for each in zip(folders, first_numbers, strict=True)]
        self.firsts = np.cumsum([0, *(len(store.numbers) for store in self._stores)])

    def __len__(self) -> int:
        return int(self.firsts[-1])

    def __getitem__(self, index: int) -> EncodedDocument:
        store = int(np.searchsorted(self.firsts, index, side="right")) - 1
        return self._stores[store].document(index - int(self.firsts[store]))


class _Store:
    """One folder."""

    def __init__(self, folder: Path, first_number: int) -> None:
        self._first_number = first_number
        self.numbers: Int[np.ndarray, " documents"] = mapped_rows(
            folder / _NUMBERS, np.dtype("<i8")
        )
        self._ends = mapped_rows(folder / _ENDS, np.dtype(("<i8", len(_COLUMNS))))
        self._rows = {name: mapped_rows(folder / name, row) for name, row in _COLUMNS.items()}

    def document(self, index: int) -> EncodedDocument:
        starts, ends = self._ends[index : index + 2].tolist()
        rows = {
            name: array[start:end]
            for (name, array), start, end in zip(self._rows.items(), starts, ends, strict=True)
        }
        bounds = rows.pop("sentence_bounds")
        number = self._first_number + int(self.numbers[index])
        return EncodedDocument(number, Pieces(**rows), bounds)


def _rows(document: EncodedDocument) -> dict[str, np.ndarray]:
    pieces = document.pieces
    return {
        "ids": pieces.ids,
        "word_starts": pieces.word_starts,
        "sentence_bounds": document.sentence_bounds,
        "entities": pieces.entities,
        "noun_phrases": pieces.noun_phrases,
    }
