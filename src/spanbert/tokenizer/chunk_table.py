"""Rows of chunks of text, each with its pieces -> the pieces of texts, by a few gathers."""

from itertools import pairwise

import numpy as np

from spanbert.shapes import Int
from spanbert.tokenizer.subword import Encoding

IRREGULAR = 0  # the row of every chunk that does not decide its pieces; it has none


class ChunkTable:
    """Chunks by row number, in the order in which they came; row 0 is `IRREGULAR`."""

    def __init__(self) -> None:
        self._rows = _Growing(2, np.int64)  # first piece, number of pieces
        self._pieces = _Growing(4, np.int32)  # id, start and end in its chunk, begins a word
        self._rows.append(np.zeros((1, 2), dtype=np.int64))

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, starts: Int[np.ndarray, " chunks"], pieces: Encoding) -> None:
        """Append the chunks of a text.

        Args:
            starts: first character of each, in order.
            pieces: of the text.
        """
        owners = np.searchsorted(starts, pieces.starts, side="right") - 1
        counts = np.bincount(owners, minlength=len(starts))
        firsts = len(self._pieces) + np.cumsum(counts) - counts
        self._rows.append(np.stack([firsts, counts], axis=1))
        begin = starts[owners]
        columns = [pieces.ids, pieces.starts - begin, pieces.ends - begin, pieces.word_starts]
        self._pieces.append(np.stack(columns, axis=1))

    def truncate(self, num_rows: int) -> None:
        """Forget all rows but the first so many, 0 < `num_rows` <= len(self)."""
        self._pieces.size = int(self._rows.filled[num_rows - 1].sum())
        self._rows.size = num_rows

    def encodings(
        self,
        rows: Int[np.ndarray, " chunks"],
        starts: Int[np.ndarray, " chunks"],
        bounds: Int[np.ndarray, " bounds"],
    ) -> list[Encoding]:
        """The pieces of texts.

        Args:
            rows: of the chunks of all texts, end to end.
            starts: first character of each chunk in its text.
            bounds: the first chunk of each text, then the number of chunks.
        """
        first, num_pieces = self._rows.filled[rows].T
        piece_bounds = np.concatenate([[0], np.cumsum(num_pieces)])
        places = np.repeat(first - piece_bounds[:-1], num_pieces)
        places += np.arange(len(places))
        pieces, at = self._pieces.filled.take(places, axis=0), np.repeat(starts, num_pieces)
        ids, begins = pieces[:, 0].astype(np.int64), pieces[:, 3] != 0
        starts, ends = pieces[:, 1] + at, pieces[:, 2] + at
        text_bounds = piece_bounds[bounds].tolist()
        return [
            Encoding(ids[a:b], starts[a:b], ends[a:b], begins[a:b])
            for a, b in pairwise(text_bounds)
        ]


class _Growing:
    """Rows of numbers, appended in amortised constant time."""

    def __init__(self, num_columns: int, dtype: type) -> None:
        self._room = np.empty((1024, num_columns), dtype=dtype)
        self.size = 0

    def __len__(self) -> int:
        return self.size

    @property
    def filled(self) -> np.ndarray:
        """The rows, as a view."""
        return self._room[: self.size]

    def append(self, rows: np.ndarray) -> None:
        """Add rows at the end."""
        needed = self.size + len(rows)
        if needed > len(self._room):
            room = np.empty((2 * needed, self._room.shape[1]), dtype=self._room.dtype)
            room[: self.size] = self.filled
            self._room = room
        self._room[self.size : needed] = rows
        self.size = needed
