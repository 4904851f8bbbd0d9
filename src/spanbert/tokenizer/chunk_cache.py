"""Texts -> pieces by their chunks, what is between spaces; a chunk is tokenized when it is new.

A few thousand chunks are most of any text, so most are only looked up. `spaces.py` says for which
tokenizers this gives what `encode_batch` gives. `chunks.py` cuts texts, `key_rows.py` finds the
rows of what has come before, and `chunk_table.py` holds their pieces.
"""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Int, UInt
from spanbert.tokenizer.chunk_table import IRREGULAR, ChunkTable
from spanbert.tokenizer.chunks import LONGEST_KEY, Chunks, chunks_of
from spanbert.tokenizer.key_rows import UNKNOWN, KeyRows, first_places
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

MOST_KEPT = 1 << 19  # chunks, before all are forgotten; their pieces take some 60 MB
_RUN = 1000  # new chunks that are tokenized as one text


class ChunkCache:
    """Pieces of many texts in which the same chunks come again and again.

    Args:
        tokenizer: one that `cuts_at_spaces`.
    """

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        assert tokenizer.cuts_at_spaces, "a chunk must have the same pieces in any text"
        self._tokenizer = tokenizer
        self._forget()

    @property
    def num_kept(self) -> int:
        """Chunks that are remembered."""
        return len(self._row_by_key)

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding | None]:
        """The pieces of each text; None where its chunks do not decide them.

        That is where there is other white space than single spaces between visible characters.
        """
        if self.num_kept > MOST_KEPT:
            self._forget()
        # where a space belongs to what follows it, a mark may go on with what is before it
        chunks = chunks_of(texts, splits_marks=not self._tokenizer.joins_spaces)
        rows = self._look_up(chunks)
        encodings = self._table.encodings(rows, chunks.characters, chunks.bounds)
        self._table.truncate(self._num_kept_rows)
        is_irregular = chunks.is_spaced.copy()
        is_irregular[chunks.texts_of(np.flatnonzero(rows == IRREGULAR))] = True
        found = zip(encodings, is_irregular.tolist(), strict=True)
        return [None if irregular else encoding for encoding, irregular in found]

    def _forget(self) -> None:
        self._row_by_key, self._table = KeyRows(), ChunkTable()
        self._num_kept_rows = len(self._table)

    def _look_up(self, chunks: Chunks) -> Int[np.ndarray, " chunks"]:
        """The row of each chunk; those of long ones are the last, and stay for one call."""
        keys = chunks.keys(marks_first=self._tokenizer.joins_spaces)
        rows = self._row_by_key.find(keys)
        is_long = chunks.ends - chunks.starts > LONGEST_KEY
        rows[is_long] = UNKNOWN
        missed = np.flatnonzero(rows == UNKNOWN)
        is_missed_long = is_long[missed]
        self._learn_keys(chunks, keys, missed[~is_missed_long], rows)
        self._num_kept_rows = len(self._table)
        long = missed[is_missed_long]
        rows[long] = self._learn(self._names(chunks, long))
        return rows

    def _learn_keys(
        self,
        chunks: Chunks,
        keys: UInt[np.ndarray, "chunks 3"],
        places: Int[np.ndarray, " some"],
        rows: Int[np.ndarray, " chunks"],
    ) -> None:
        """Fill in the rows of these chunks, which are new; many come more than once."""
        first = first_places(keys[places])
        new = np.flatnonzero(first == np.arange(len(first)))
        new_rows = self._learn(self._names(chunks, places[new]))
        self._row_by_key.add(keys[places[new]], new_rows)
        rows[places] = new_rows[np.searchsorted(new, first)]

    def _names(self, chunks: Chunks, places: Int[np.ndarray, " some"]) -> list[str]:
        return chunks.names(places, marks_first=self._tokenizer.joins_spaces)

    def _learn(self, names: list[str]) -> Int[np.ndarray, " names"]:
        """Rows of new chunks, each with the space before it, if one counts."""
        rows = np.full(len(names), IRREGULAR, dtype=np.int64)
        regular = _regular(names)
        is_first = np.array([not names[n].startswith(" ") for n in regular], dtype=bool)
        order = np.concatenate([regular[is_first], regular[~is_first]])
        rows[order] = len(self._table) + np.arange(len(order))
        firsts, others = ([names[n] for n in regular[side]] for side in (is_first, ~is_first))
        self._add_runs([[name] for name in firsts])
        self._add_runs([others[at : at + _RUN] for at in range(0, len(others), _RUN)])
        return rows

    def _add_runs(self, runs: list[list[str]]) -> None:
        encodings = self._tokenizer.encode_batch(["".join(run) for run in runs])
        for run, encoding in zip(runs, encodings, strict=True):
            ends = np.cumsum([len(name) for name in run])
            begin = np.array([0, *ends[:-1]]) + run[0].startswith(" ")  # behind the space
            self._table.add(begin, encoding)


def _regular(names: list[str]) -> Int[np.ndarray, " some"]:
    """Places of chunks, each with a space before it or not, without white space of another kind."""
    visible = [name.removeprefix(" ") for name in names]
    if " ".join(visible).split() == visible:
        return np.arange(len(names))
    return np.flatnonzero([own.split() == [own] for own in visible])
