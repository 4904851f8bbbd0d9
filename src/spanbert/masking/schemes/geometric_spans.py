"""Spans of whole words of geometric length (SpanBERT, section 3.1, as its code draws them)."""

import numpy as np

from spanbert.compiled import compiled, inlined
from spanbert.masking.philox import Stream, sample_below, sample_double
from spanbert.masking.spans import SchemeRules, mask_budget, mask_pieces, words_at
from spanbert.shapes import Bool, Float, Int


def length_law(geometric_p: float, max_words: int) -> Float[np.ndarray, " words"]:
    """P(length = 1), ..., P(length = max_words): geometric, cut and renormalised.

    Clipping longer draws to `max_words` instead would raise the mean from 3.80 to 4.46 words.
    """
    weights = geometric_p * (1 - geometric_p) ** np.arange(max_words)
    return weights / weights.sum()


def length_edges(geometric_p: float, max_words: int) -> Float[np.ndarray, " edges"]:
    """P(length <= 1), ..., P(length <= max_words - 1): where the law's distribution steps."""
    return np.cumsum(length_law(geometric_p, max_words))[:-1]


@compiled
def mask_geometric_spans(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Draw spans until exactly the budget is masked.

    Each round draws a length in words and a piece, uniformly. A piece that is already masked
    discards both; otherwise the span begins at the start of that piece's word. It may run over
    masked pieces, which cost nothing, ends with the block, and stops inside a word when the
    budget is met.
    """
    left = mask_budget(len(is_masked), rules.mask_rate)
    while left > 0:
        num_words = sample_length(rules.length_edges, random)
        anchor = sample_below(random, len(is_masked))
        if not is_masked[anchor]:
            start, end = words_at(word_starts, anchor, num_words)
            left = mask_pieces(is_masked, start, end, left)


@inlined
def sample_length(edges: Float[np.ndarray, " edges"], random: Stream) -> int:
    """A span's length in words, by inverting the law's distribution function."""
    drawn, length = sample_double(random), 1
    for edge in edges:
        length += drawn >= edge
    return length


@compiled
def sample_lengths(
    edges: Float[np.ndarray, " edges"], random: Stream, size: int
) -> Int[np.ndarray, " spans"]:
    """So many lengths."""
    lengths = np.empty(size, dtype=np.int64)
    for place in range(size):
        lengths[place] = sample_length(edges, random)
    return lengths
