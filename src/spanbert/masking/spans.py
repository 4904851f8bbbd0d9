"""Masked pieces of one block: how many there may be, and the spans that they make.

Schemes (`schemes/`) choose the pieces; `corruption.py` decides what replaces them; `targets.py`
what is to be predicted.
"""

import math
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Bool, Int


@dataclass(frozen=True, slots=True)
class Block:
    """What a scheme needs of a run of pieces without special tokens."""

    word_starts: Bool[np.ndarray, " seq"]
    annotated: Int[np.ndarray, "spans 2"]  # entities or noun phrases, half-open; may be none


def mask_budget(num_pieces: int, mask_rate: float) -> int:
    """Pieces to mask in a block: the rate, rounded up."""
    return math.ceil(mask_rate * num_pieces)


class Mask:
    """The pieces of a block that are masked so far; never more than the budget.

    Attributes:
        is_masked: (seq) True where a piece is masked.
        left: how many more are to be masked.
    """

    def __init__(self, block: Block, mask_rate: float) -> None:
        self.is_masked: Bool[np.ndarray, " seq"] = np.zeros(len(block.word_starts), dtype=bool)
        self.left = mask_budget(len(block.word_starts), mask_rate)
        self._starts = np.flatnonzero(block.word_starts).tolist()
        self._word_of = (np.cumsum(block.word_starts) - 1).tolist()

    def add(self, start: int, end: int) -> None:
        """Mask the visible pieces of [start, end) from the left while the budget lasts."""
        visible = start + np.flatnonzero(~self.is_masked[start:end])
        self.is_masked[visible[: self.left]] = True
        self.left -= min(len(visible), self.left)

    def add_words(self, anchor: int, num_words: int) -> None:
        """Mask so many words, the first of which is that of the piece `anchor`."""
        word = self._word_of[anchor]
        after = word + num_words
        end = self._starts[after] if after < len(self._starts) else len(self.is_masked)
        self.add(self._starts[word], end)


def masked_runs(is_masked: Bool[np.ndarray, " seq"]) -> Int[np.ndarray, "spans 2"]:
    """Maximal runs of masked pieces, in order: spans that overlap or touch are one."""
    edges = np.flatnonzero(np.diff(is_masked, prepend=False, append=False))
    return edges.reshape(-1, 2)
