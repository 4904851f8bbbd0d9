"""Masked pieces of one block: how many there may be, and the spans that they make.

A block is a run of pieces without special tokens, all visible at first. Schemes (`schemes/`) choose
the pieces; `corruption.py` decides what replaces them; `targets.py` what is to be predicted.
"""

import math
from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled, inlined
from spanbert.shapes import Bool, Int


class SchemeRules(NamedTuple):
    """What the schemes are told, as compiled functions take it."""

    number: int  # of the scheme
    mask_rate: float
    length_edges: np.ndarray  # (words - 1) P(length <= 1), P(length <= 2), ...
    annotated_fraction: float


@inlined
def mask_budget(num_pieces: int, mask_rate: float) -> int:
    """Pieces to mask in a block: the rate, rounded up."""
    return math.ceil(mask_rate * num_pieces)


@inlined
def mask_pieces(is_masked: Bool[np.ndarray, " seq"], start: int, end: int, left: int) -> int:
    """Mask visible pieces of [start, end) from the left, at most `left`; how many are left then."""
    for piece in range(start, end):
        if left > 0 and not is_masked[piece]:
            is_masked[piece] = True
            left -= 1
    return left


@inlined
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


def masked_runs(is_masked: Bool[np.ndarray, " seq"]) -> Int[np.ndarray, "spans 2"]:
    """Maximal runs of masked pieces, in order: spans that overlap or touch are one."""
    runs = np.empty((len(is_masked) // 2 + 1, 2), dtype=np.int64)
    return runs[: find_runs(is_masked, 0, runs)]


@compiled
def find_runs(
    is_masked: Bool[np.ndarray, " seq"], shift: int, runs: Int[np.ndarray, "spans 2"]
) -> int:
    """Write the runs of masked pieces, moved by `shift`, into the first rows; returns how many."""
    num_runs, was_masked = 0, False
    for piece in range(len(is_masked)):
        if is_masked[piece] != was_masked:
            was_masked = not was_masked
            runs[num_runs, 0 if was_masked else 1] = piece + shift
            num_runs += 0 if was_masked else 1
    if was_masked:
        runs[num_runs, 1] = len(is_masked) + shift
        num_runs += 1
    return num_runs
