"""Masked pieces of one block: how many there may be, and the spans that they make.

A block is a run of pieces without special tokens, all visible at first. Schemes (`schemes/`) choose
the pieces; `corruption.py` decides what replaces them; `targets.py` what is to be predicted.
"""

import math
from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled
from spanbert.shapes import Bool, Int


class SchemeRules(NamedTuple):
    """What the schemes are told, as compiled functions take it."""

    number: int  # of the scheme
    mask_rate: float
    length_edges: np.ndarray  # (words - 1) P(length <= 1), P(length <= 2), ...
    annotated_fraction: float


@compiled
def mask_budget(num_pieces: int, mask_rate: float) -> int:
    """Pieces to mask in a block: the rate, rounded up."""
    return math.ceil(mask_rate * num_pieces)


@compiled
def mask_pieces(is_masked: Bool[np.ndarray, " seq"], start: int, end: int, left: int) -> int:
    """Mask visible pieces of [start, end) from the left, at most `left`; how many are left then."""
    for piece in range(start, end):
        if left > 0 and not is_masked[piece]:
            is_masked[piece] = True
            left -= 1
    return left


@compiled
def words_at(word_starts: Bool[np.ndarray, " seq"], anchor: int, num_words: int) -> tuple[int, int]:
    """Where so many words stand, half-open, the first being that of the piece `anchor`.

    They end with the block. Its first piece counts as a word's start: a pair may have been cut
    inside a word.
    """
    start = anchor
    while start > 0 and not word_starts[start]:
        start -= 1
    end = start + 1
    while end < len(word_starts):
        if word_starts[end]:
            num_words -= 1
            if num_words == 0:
                break
        end += 1
    return start, end


@compiled
def next_run(is_masked: Bool[np.ndarray, " seq"], start: int, end: int) -> tuple[int, int]:
    """The first run of masked pieces in [start, end), half-open; (end, end) where there is none."""
    while start < end and not is_masked[start]:
        start += 1
    stop = start
    while stop < end and is_masked[stop]:
        stop += 1
    return start, stop


def masked_runs(is_masked: Bool[np.ndarray, " seq"]) -> Int[np.ndarray, "spans 2"]:
    """Maximal runs of masked pieces, in order: spans that overlap or touch are one."""
    runs, size = [], len(is_masked)
    start, stop = next_run(is_masked, 0, size)
    while start < size:
        runs.append((start, stop))
        start, stop = next_run(is_masked, stop, size)
    return np.array(runs, dtype=np.int64).reshape(-1, 2)
