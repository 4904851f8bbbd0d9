"""Texts -> their chunks, as runs of bytes; each has a key of 24 bytes that says what it is.

A chunk is what lies between two spaces or, where BERT's rules make a word of every punctuation
mark, between spaces and ASCII punctuation, and each such mark.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Bool, Int, UInt

LONGEST_KEY = 23  # bytes of a chunk that a key holds; its last byte is for their number
_WORD = 8  # bytes
_FIRST = 1 << 7  # bit of a key's last byte: the chunk begins its text
_SPACE, _OTHER, _MARK = range(3)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of texts, end to end."""

    data: bytes  # the texts as UTF-8, one byte before each and after
    starts: Int[np.ndarray, " chunks"]  # in the bytes
    ends: Int[np.ndarray, " chunks"]
    is_first: Bool[np.ndarray, " chunks"]  # begins its text
    characters: Int[np.ndarray, " chunks"]  # where each begins in its text
    bounds: Int[
        np.ndarray, " bounds"
    ]  # (texts + 1) the first chunk of each text, then their number
    is_spaced: Bool[np.ndarray, " texts"]  # has a space at an end, or two in a row, or nothing

    def keys(self, *, marks_first: bool) -> UInt[np.ndarray, "chunks 3"]:
        """What each chunk is; means nothing where it is longer than `LONGEST_KEY`.

        Args:
            marks_first: whether a chunk is another one where it begins its text.
        """
        words = np.ndarray(
            len(self.data) - _WORD + 1, np.dtype("<u8"), buffer=self.data, strides=(1,)
        )
        lengths = self.ends - self.starts
        keys = np.zeros((len(lengths), 3), dtype=np.uint64)
        for column in range(3):
            rows = np.flatnonzero(lengths > column * _WORD)
            own = np.minimum(lengths[rows] - column * _WORD, _WORD)
            keys[rows, column] = words[self.starts[rows] + column * _WORD] & _MASKS[own]
        last = lengths | (self.is_first * _FIRST if marks_first else 0)
        keys[:, 2] |= last.astype(np.uint64) << np.uint64(56)
        return keys

    def names(self, places: Int[np.ndarray, " some"], *, marks_first: bool) -> list[str]:
        """Some chunks as texts, with a space before but where they are marked as a text's first."""
        spans = zip(self.starts[places].tolist(), self.ends[places].tolist(), strict=True)
        names = [" " + self.data[start:end].decode() for start, end in spans]
        if marks_first:
            for n in np.flatnonzero(self.is_first[places]).tolist():
                names[n] = names[n].removeprefix(" ")
        return names

    def texts_of(self, places: Int[np.ndarray, " some"]) -> Int[np.ndarray, " some"]:
        """Which text each of these chunks is in."""
        return np.searchsorted(self.bounds, places, side="right") - 1


def chunks_of(texts: Sequence[str], *, splits_marks: bool) -> Chunks:
    """The chunks of texts.

    Args:
        splits_marks: whether ASCII punctuation marks are chunks of their own.
    """
    encoded = [text.encode() for text in texts]
    data = b" ".join([b"", *encoded, b" " * 3 * _WORD])
    text_bounds = np.cumsum([1, *(len(own) + 1 for own in encoded)])  # where each begins
    numbers = np.frombuffer(data, np.uint8)[: text_bounds[-1]]
    kinds = (_KINDS_WITH_MARKS if splits_marks else _KINDS)[numbers]
    is_bound = kinds == _MARK
    is_bound[1:] |= kinds[1:] != kinds[:-1]
    is_bound[0] = True
    places = np.flatnonzero(is_bound)
    is_chunk = kinds[places] != _SPACE
    starts, ends = places[is_chunk], places[1:][is_chunk[:-1]]
    bounds = np.searchsorted(starts, text_bounds)
    is_first = np.zeros(len(starts), dtype=bool)
    is_first[bounds[:-1][bounds[:-1] < bounds[1:]]] = True
    characters = _characters(numbers, starts, text_bounds, bounds)
    return Chunks(data, starts, ends, is_first, characters, bounds, _are_spaced(kinds, text_bounds))


def _characters(
    numbers: UInt[np.ndarray, " bytes"],
    starts: Int[np.ndarray, " chunks"],
    text_bounds: Int[np.ndarray, " bounds"],
    bounds: Int[np.ndarray, " bounds"],
) -> Int[np.ndarray, " chunks"]:
    """Where each chunk begins in its text, in characters."""
    begin = text_bounds[:-1]
    if (numbers >= 0x80).any():
        before = np.cumsum((numbers & 0xC0) != 0x80)  # all but bytes that go on with a character
        starts, begin = before[starts], before[begin]
    return starts - np.repeat(begin, np.diff(bounds))


def _are_spaced(
    kinds: UInt[np.ndarray, " bytes"], text_bounds: Int[np.ndarray, " bounds"]
) -> Bool[np.ndarray, " texts"]:
    is_space = kinds == _SPACE
    pairs = np.flatnonzero(is_space[:-1] & is_space[1:])
    spaced = np.zeros(len(text_bounds) - 1, dtype=bool)
    spaced[np.searchsorted(text_bounds, pairs + 1, side="right") - 1] = True
    return spaced


def _kinds(marks: str) -> UInt[np.ndarray, " bytes"]:
    kinds = np.full(256, _OTHER, dtype=np.uint8)
    kinds[ord(" ")] = _SPACE
    kinds[[ord(mark) for mark in marks]] = _MARK
    return kinds


_KINDS, _KINDS_WITH_MARKS = _kinds(""), _kinds(string.punctuation)
