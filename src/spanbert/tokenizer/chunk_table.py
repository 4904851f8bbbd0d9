"""Rows of chunks of text, each with its pieces -> the pieces of texts, by a few gathers."""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Int
from spanbert.tokenizer.subword import Encoding

IRREGULAR = 0  # the row of every chunk that does not decide its pieces; it has none


class ChunkTable:
    """Chunks by row number, in the order in which they came; row 0 is `IRREGULAR`."""

    def __init__(self) -> None:
        self._rows = _Growing(3, np.int64)  # first piece, number of pieces, characters
        self._pieces = _Growing(4, np.int32)  # id, start and end in its chunk, begins a word
        self._rows.append(np.zeros((1, 3), dtype=np.int64))

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self,
        starts: Int[np.ndarray, " chunks"],
        lengths: Int[np.ndarray, " chunks"],
        pieces: Encoding,
    ) -> None:
        """Append the chunks of a text.

        Args:
            starts: first character of each, in order.
            lengths: in characters.
            pieces: of the text.
        """
        owners = np.searchsorted(starts, pieces.starts, side="right") - 1
        counts = np.bincount(owners, minlength=len(starts))
        firsts = len(self._pieces) + np.cumsum(counts) - counts
        self._rows.append(np.stack([firsts, counts, lengths], axis=1))
        begin = starts[owners]
        columns = [pieces.ids, pieces.starts - begin, pieces.ends - begin, pieces.word_starts]
        self._pieces.append(np.stack(columns, axis=1))

    def compose(self, rows: Int[np.ndarray, " parts"], counts: Sequence[int]) -> int:
        """Append chunks that are put together from others; returns the row of the first.

        Args:
            rows: of the parts of all chunks, end to end.
            counts: parts of each chunk.
        """
        first_row = len(self)
        pieces, bounds, lengths = self._joined(rows, counts, gap=0)
        firsts = len(self._pieces) + bounds[:-1]
        self._rows.append(np.stack([firsts, np.diff(bounds), lengths], axis=1))
        self._pieces.append(pieces)
        return first_row

    def truncate(self, num_rows: int) -> None:
        """Forget all rows but the first so many, 0 < `num_rows` <= len(self)."""
        first, count, _ = self._rows.filled[num_rows - 1].tolist()
        self._rows.size, self._pieces.size = num_rows, first + count

    def encodings(
        self, rows: Int[np.ndarray, " chunks"], counts: Sequence[int]
    ) -> list[Encoding | None]:
        """The pieces of texts, whose chunks have one space between them; None for irregular ones.

        Args:
            rows: of the chunks of all texts, end to end.
            counts: chunks of each text, at least one.
        """
        pieces, bounds, _ = self._joined(rows, counts, gap=1)
        is_irregular = np.logical_or.reduceat(rows == IRREGULAR, np.cumsum([0, *counts[:-1]]))
        return [
            None if out else _encoding(pieces[start:end])
            for out, start, end in zip(
                is_irregular.tolist(), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
            )
        ]

    def _joined(
        self, rows: Int[np.ndarray, " chunks"], counts: Sequence[int], gap: int
    ) -> tuple[Int[np.ndarray, "pieces 4"], Int[np.ndarray, " bounds"], Int[np.ndarray, " texts"]]:
        """Pieces of texts end to end, where those of each begin, and the texts' characters.

        Args:
            gap: characters between a text's chunks; its own are counted with one gap more.
        """
        first, num_pieces, characters = self._rows.filled[rows].T
        bounds = np.cumsum([0, *counts])
        ends = np.concatenate([[0], np.cumsum(characters + gap)])
        piece_bounds = np.concatenate([[0], np.cumsum(num_pieces)])
        places = np.repeat(first - piece_bounds[:-1], num_pieces) + np.arange(piece_bounds[-1])
        pieces = self._pieces.filled[places]
        starts = ends[:-1] - np.repeat(ends[bounds[:-1]], counts)  # (chunks) each in its text
        pieces[:, 1:3] += np.repeat(starts, num_pieces).astype(np.int32)[:, None]
        return pieces, piece_bounds[bounds], np.diff(ends[bounds])


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


def _encoding(pieces: Int[np.ndarray, "seq 4"]) -> Encoding:
    ids, starts, ends = pieces[:, :3].T.astype(np.int64)
    return Encoding(ids, starts, ends, pieces[:, 3].astype(bool))
