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

MAX_CACHED_CHUNKS = 2**19  # of what stands between spaces; they take 80 MB, in Han up to 200 MB
MAX_CACHED_CHARACTERS = 16  # of a chunk, so that none makes the cache large

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
    """Texts -> the hashes of their words, remembering those of what stands between spaces.

    A word is a run of letters and digits, or one Han or kana character. Its hash is 8 bytes of
    blake2b, the same in every process and on every machine.
    """

    def __init__(self) -> None:
        self._known = _Known()

    def of(self, text: str) -> UInt[np.ndarray, " words"]:
        """One uint64 for each word of the case-folded text, in order; not to be written to.

        Time and memory are linear: at most 110 bytes a character, which is what Han takes.
        """
        return np.frombuffer(b"".join(map(self._known.__getitem__, text.split())), dtype="<u8")


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


class _Known(dict[str, bytes]):
    """Hashes of the words in a chunk: made when asked for, all forgotten when too many."""

    def __missing__(self, chunk: str) -> bytes:
        words = _WORD.findall(chunk.casefold())
        if words == [chunk]:
            made = blake2b(chunk.encode(), digest_size=8).digest()
        else:
            made = b"".join(map(self.__getitem__, words))
        if len(chunk) <= MAX_CACHED_CHARACTERS:
            if len(self) >= MAX_CACHED_CHUNKS:
                self.clear()
            self[chunk] = made
        return made
