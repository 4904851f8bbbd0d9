"""Texts -> pieces by their chunks, what is between spaces; a chunk is tokenized when it is new.

A few thousand chunks are most of any text, so most are only looked up. `spaces.py` says for which
tokenizers this gives what `encode_batch` gives; `chunk_table.py` holds the pieces.
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Sequence
from itertools import chain, repeat

import numpy as np

from spanbert.shapes import Int
from spanbert.tokenizer.chunk_table import IRREGULAR, ChunkTable
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

LONGEST_KEPT = 64  # characters; longer chunks seldom come again
MOST_KEPT = 1 << 19  # chunks, before all are forgotten
_RUN = 1000  # new chunks that are tokenized as one text
_UNKNOWN = -1
_FIRST = "\n"  # no chunk holds a line feed: it marks one that begins its text, without a space
# BERT's rules make a word of each of these marks, whatever is beside it
_PUNCTUATION_OR_NOT = re.compile(r"[!-/:-@\[-`{-~]+|[^!-/:-@\[-`{-~]+")


class ChunkCache:
    """Pieces of many texts in which the same chunks come again and again.

    Args:
        tokenizer: one that `cuts_at_spaces`.
    """

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        assert tokenizer.cuts_at_spaces, "a chunk must have the same pieces in any text"
        self._tokenizer = tokenizer
        self._first_mark = _FIRST if tokenizer.keeps_spaces else ""
        self._row_by_key: dict[str, int] = {}
        self._table = ChunkTable()

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding | None]:
        """The pieces of each text; None where its chunks do not decide them.

        That is where there is other white space than single spaces between visible characters.
        """
        if len(self._row_by_key) > MOST_KEPT:
            self._row_by_key, self._table = {}, ChunkTable()
        keys = [self._keys(text) for text in texts]
        rows = self._look_up(list(chain.from_iterable(keys)))
        encodings = self._table.encodings(rows, [len(own) for own in keys])
        self._table.truncate(len(self._row_by_key) + 1)
        return encodings

    def _keys(self, text: str) -> list[str]:
        keys = text.split(" ")
        keys[0] = self._first_mark + keys[0]
        return keys

    def _look_up(self, keys: list[str]) -> Int[np.ndarray, " chunks"]:
        """The row of each chunk; those of long ones are the last, and stay for one call."""
        known = map(self._row_by_key.get, keys, repeat(_UNKNOWN))
        rows = np.fromiter(known, np.int64, count=len(keys))
        missed = np.flatnonzero(rows == _UNKNOWN)
        if len(missed):
            new = [keys[i] for i in missed.tolist()]
            row_by_key = self._learn(dict.fromkeys(new))
            rows[missed] = [row_by_key.get(key, IRREGULAR) for key in new]
        return rows

    def _learn(self, keys: Iterable[str]) -> dict[str, int]:
        """Rows of new chunks, for those that are regular."""
        regular = [key for key in keys if _is_regular(key.removeprefix(_FIRST))]
        self._row_by_key |= (kept := self._add([k for k in regular if len(k) <= LONGEST_KEPT]))
        return kept | self._add([k for k in regular if len(k) > LONGEST_KEPT])

    def _add(self, keys: list[str]) -> dict[str, int]:
        """Rows of new chunks and of their new parts."""
        parts = [self._parts(key) for key in keys]
        unknown = dict.fromkeys(part for own in parts for part in own)
        rows = self._tokenize([part for part in unknown if part not in self._row_by_key])
        known = ChainMap(rows, self._row_by_key)
        composed = [(key, own) for key, own in zip(keys, parts, strict=True) if len(own) > 1]
        first = self._table.compose(
            np.array([known[part] for _, own in composed for part in own], dtype=np.int64),
            [len(own) for _, own in composed],
        )
        return rows | {key: first + n for n, (key, _) in enumerate(composed)}

    def _parts(self, key: str) -> list[str]:
        """What a chunk's pieces are put together from, so that fewer texts are tokenized."""
        return [key] if self._first_mark else _PUNCTUATION_OR_NOT.findall(key)

    def _tokenize(self, keys: list[str]) -> dict[str, int]:
        first_row = len(self._table)
        firsts = [key for key in keys if key.startswith(_FIRST)]
        others = [key for key in keys if not key.startswith(_FIRST)]
        self._add_runs([[key.removeprefix(_FIRST)] for key in firsts], before="")
        runs = [others[at : at + _RUN] for at in range(0, len(others), _RUN)]
        self._add_runs(runs, before=" ")
        return {key: first_row + n for n, key in enumerate([*firsts, *others])}

    def _add_runs(self, runs: list[list[str]], before: str) -> None:
        """Tokenize chunks as texts of many of them, which begin with `before`."""
        encodings = self._tokenizer.encode_batch([before + " ".join(run) for run in runs])
        for run, encoding in zip(runs, encodings, strict=True):
            lengths = np.array([len(chunk) for chunk in run])
            starts = len(before) + np.cumsum(lengths + 1) - (lengths + 1)
            self._table.add(starts, lengths, encoding)


def _is_regular(chunk: str) -> bool:
    return chunk.split() == [chunk]
