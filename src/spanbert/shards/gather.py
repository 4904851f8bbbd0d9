"""Runs of pieces here and there in mapped files -> the same runs end to end in memory."""

from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled
from spanbert.shapes import Bool, Int

_ONE, _THREE, _SEVEN = np.uint64(1), np.uint64(3), np.uint64(7)  # signed ones would be slower


class Segments(NamedTuple):
    """Segments end to end, without [CLS] and [SEP], as compiled functions take them."""

    numbers: Int[np.ndarray, " batch"]
    ids: Int[np.ndarray, " pieces"]
    lengths: Int[np.ndarray, " batch"]
    word_starts: Bool[np.ndarray, " pieces"]
    splits: Int[np.ndarray, " batch"]  # pieces of the first part of a pair; 0: there is one part
    random_next: Int[np.ndarray, " batch"]  # 1: the second part is from another document
    spans: Int[np.ndarray, "spans 2"]  # annotated, half-open, from their segment's first piece
    span_offsets: Int[np.ndarray, " bounds"]  # (batch + 1) where each segment's spans begin


@compiled
def copy_runs(
    source: np.ndarray,
    starts: Int[np.ndarray, " runs"],
    lengths: Int[np.ndarray, " runs"],
    firsts: Int[np.ndarray, " runs"],
    copied: np.ndarray,
) -> None:
    """Copy each run from its start in `source` to its first place in `copied`; types may differ."""
    for run in range(len(starts)):
        start, first = starts[run], firsts[run]
        copied[first : first + lengths[run]] = source[start : start + lengths[run]]


@compiled
def copy_bits(
    source: np.ndarray,
    starts: Int[np.ndarray, " runs"],
    lengths: Int[np.ndarray, " runs"],
    firsts: Int[np.ndarray, " runs"],
    copied: Bool[np.ndarray, " pieces"],
) -> None:
    """The same for bits, packed into bytes of `source` with the most significant first."""
    for run in range(len(starts)):
        start, first, length = starts[run], firsts[run], lengths[run]
        bits = copied[first : first + length]
        for place in range(length):
            bit = np.uint64(start + place)
            byte, shift = source[bit >> _THREE], _SEVEN - (bit & _SEVEN)
            bits[place] = (byte >> shift) & _ONE
