"""Texts -> their pieces, end to end; each distinct text is tokenized once.

Most words of a text have come before, so that most are only looked up (`tokenizer/chunk_cache.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Int
from spanbert.tokenizer.chunk_cache import ChunkCache
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

_TEXTS_AT_ONCE = 256  # tokenized in one call, which bounds what the tokenizer holds


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """The pieces of texts, end to end."""

    ids: Int[np.ndarray, " pieces"]
    starts: Int[np.ndarray, " pieces"]  # character offsets in their text
    ends: Int[np.ndarray, " pieces"]
    bounds: Int[np.ndarray, " bounds"]  # (texts + 1) where each text begins, then the end

    @property
    def lengths(self) -> Int[np.ndarray, " texts"]:
        """Pieces of each text."""
        return np.diff(self.bounds)


class TextEncoder:
    """A tokenizer that remembers the words that it has seen; for one thread."""

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        self.tokenizer = tokenizer
        self._chunks = ChunkCache(tokenizer) if tokenizer.cuts_at_spaces else None

    def encode(self, texts: Sequence[str]) -> EncodedTexts:
        """The pieces of texts, as `encode_batch` of the tokenizer gives them."""
        found = [
            encoding
            for first in range(0, len(texts), _TEXTS_AT_ONCE)
            for encoding in self._some(texts[first : first + _TEXTS_AT_ONCE])
        ]
        empty = np.zeros(0, dtype=np.int64)
        return EncodedTexts(
            ids=np.concatenate([empty, *(e.ids for e in found)]),
            starts=np.concatenate([empty, *(e.starts for e in found)]),
            ends=np.concatenate([empty, *(e.ends for e in found)]),
            bounds=np.cumsum([0, *(len(e.ids) for e in found)]),
        )

    def encode_distinct(
        self, texts: Sequence[str]
    ) -> tuple[EncodedTexts, Int[np.ndarray, " texts"]]:
        """The pieces of the distinct ones among these texts, and which of them each text is."""
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        numbers = np.array([places[text] for text in texts], dtype=np.int64)
        return self.encode(list(places)), numbers

    def _some(self, texts: Sequence[str]) -> list[Encoding]:
        by_chunks = self._chunks.encode_batch(texts) if self._chunks else [None] * len(texts)
        left = [text for text, encoding in zip(texts, by_chunks, strict=True) if encoding is None]
        whole = iter(self.tokenizer.encode_batch(left))
        return [next(whole) if encoding is None else encoding for encoding in by_chunks]
