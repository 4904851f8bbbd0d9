"""Which spans of a segment are masked (SpanBERT, section 3.1, as its published code does it).

segment -> half-open spans of pieces, at least one visible piece apart. `corruption.py` decides what
replaces them; `targets.py` what is to be predicted.
"""

import math

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.shapes import Bool, Float, Int

_DRAWS_AT_ONCE = 32  # twice what a segment of 510 pieces needs on average


def length_law(geometric_p: float, max_words: int) -> Float[np.ndarray, " words"]:
    """P(length = 1), ..., P(length = max_words): geometric, cut and renormalised.

    Clipping longer draws to `max_words` instead would raise the mean from 3.80 to 4.46 words.
    """
    weights = geometric_p * (1 - geometric_p) ** np.arange(max_words)
    return weights / weights.sum()


def sample_lengths(
    config: MaskingConfig, rng: np.random.Generator, size: int
) -> Int[np.ndarray, " spans"]:
    """Span lengths in words, by inverting the law's distribution function."""
    edges = np.cumsum(length_law(config.geometric_p, config.max_span_words))[:-1]
    return np.searchsorted(edges, rng.random(size), side="right") + 1


def mask_budget(num_pieces: int, mask_rate: float) -> int:
    """Pieces to mask in a segment: the rate, rounded up."""
    return math.ceil(mask_rate * num_pieces)


def sample_spans(
    word_starts: Bool[np.ndarray, " seq"], config: MaskingConfig, rng: np.random.Generator
) -> Int[np.ndarray, "spans 2"]:
    """Draw spans of whole words until exactly the budget is masked, then merge those that touch.

    Each round draws a length in words and a piece, uniformly. A piece that is already masked
    discards both; otherwise the span begins at the start of that piece's word. It may run over
    masked pieces, which cost nothing, ends with the segment, and stops inside a word when the
    budget is met.
    """
    starts = np.flatnonzero(word_starts).tolist()
    word_of = (np.cumsum(word_starts) - 1).tolist()
    is_masked = np.zeros(len(word_starts), dtype=bool)
    left = mask_budget(len(word_starts), config.mask_rate)
    while left > 0:
        lengths = sample_lengths(config, rng, _DRAWS_AT_ONCE).tolist()
        anchors = rng.integers(len(word_starts), size=_DRAWS_AT_ONCE).tolist()
        for length, anchor in zip(lengths, anchors, strict=True):
            if left > 0 and not is_masked[anchor]:
                left -= _mask_words(is_masked, starts, word_of[anchor], length, left)
    return masked_runs(is_masked)


def masked_runs(is_masked: Bool[np.ndarray, " seq"]) -> Int[np.ndarray, "spans 2"]:
    """Maximal runs of masked pieces, in order."""
    edges = np.flatnonzero(np.diff(is_masked, prepend=False, append=False))
    return edges.reshape(-1, 2)


def _mask_words(
    is_masked: Bool[np.ndarray, " seq"], starts: list[int], word: int, length: int, budget: int
) -> int:
    """Mask up to `budget` visible pieces of these words, in place; returns how many."""
    end = starts[word + length] if word + length < len(starts) else len(is_masked)
    visible = starts[word] + np.flatnonzero(~is_masked[starts[word] : end])
    is_masked[visible[:budget]] = True
    return min(len(visible), budget)
