"""A text -> its words as numbers, and runs of words as numbers, to compare documents by.

`signatures.py` and `contamination.py` compare them. Texts must have been cleaned alike: here
letter case alone makes no difference.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import count, islice

import numpy as np

from spanbert.shapes import UInt

MAX_CACHED_WORDS = 2**19  # more than a language has in common use; about 100 MB
MAX_CACHED_CHARACTERS = 32  # of a word; so that words of any length keep the cache small

# Han, kana and bopomofo: written without spaces, so that each character counts as a word
_UNSPACED = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u30ff\u3105-\u312f"
    r"\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_WORD = re.compile(rf"[^\W_{_UNSPACED}]+|[{_UNSPACED}]")
# 2**64 divided by the golden ratio, which is odd: no word's place in a run loses bits
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class WordHashes:
    """Texts -> the hashes of their words, remembering those of words that were seen.

    A word is a run of letters and digits, or one Han or kana character. Its hash is 8 bytes of
    blake2b, the same in every process and on every machine.
    """

    def __init__(self) -> None:
        self._known = _Known()

    def of(self, text: str) -> UInt[np.ndarray, " words"]:
        """One uint64 for each word of the case-folded text, in order.

        Time and memory are linear: at most 100 bytes a character, which is what Han takes.
        """
        words = _WORD.findall(text.casefold())
        return np.fromiter(map(self._known.__getitem__, words), np.uint64, len(words))


def ngrams(hashes: UInt[np.ndarray, " words"], n: int) -> UInt[np.ndarray, " ngrams"]:
    """One uint64 for each run of n words, in order: len(hashes) - n + 1 of them, or none.

    Equal runs have equal numbers. Of different runs, two come to the same number with a
    probability of about 2**-64, the order of words and their number being part of it.
    """
    return next(islice(runs(hashes), n - 1, None))


def runs(hashes: UInt[np.ndarray, " words"]) -> Iterator[UInt[np.ndarray, " ngrams"]]:
    """What `ngrams` gives for n = 1, 2, 3, … without end, each made from the one before."""
    combined = hashes
    for n in count(1):
        yield combined
        combined = combined[:-1] * _MULTIPLIER + hashes[n:]


class _Known(dict[str, int]):
    """Hashes by word: made when first asked for, all forgotten when there are too many."""

    def __missing__(self, word: str) -> int:
        made = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
        if len(word) <= MAX_CACHED_CHARACTERS:
            if len(self) >= MAX_CACHED_WORDS:
                self.clear()
            self[word] = made
        return made
