"""What replaces masked spans: 80 % [MASK], 10 % random pieces, 10 % kept, one draw a span.

The random pieces are drawn by the caller's law (the corpus's unigram law in pre-training), each on
its own; special tokens are not in that law.
"""

from collections.abc import Callable
from enum import IntEnum

import numpy as np

from spanbert.shapes import Int

_MASK_BELOW, _RANDOM_BELOW = 0.8, 0.9  # SpanBERT, section 3.1

SamplePieces = Callable[[np.random.Generator, int], np.ndarray]  # (rng, how many) -> piece ids


class Replacement(IntEnum):
    """What happened to a span."""

    MASK = 0
    RANDOM = 1
    KEPT = 2


def sample_replacements(num_spans: int, rng: np.random.Generator) -> Int[np.ndarray, " spans"]:
    """A `Replacement` for each span."""
    return np.searchsorted([_MASK_BELOW, _RANDOM_BELOW], rng.random(num_spans), side="right")


def corrupted_ids(
    ids: Int[np.ndarray, " seq"],
    spans: Int[np.ndarray, "spans 2"],
    replacements: Int[np.ndarray, " spans"],
    mask_id: int,
    sample_pieces: SamplePieces,
    rng: np.random.Generator,
) -> Int[np.ndarray, " seq"]:
    """The sequence that the model sees; the input is left as it is."""
    corrupted = ids.copy()
    for (start, end), replacement in zip(spans.tolist(), replacements.tolist(), strict=True):
        if replacement == Replacement.MASK:
            corrupted[start:end] = mask_id
        elif replacement == Replacement.RANDOM:
            corrupted[start:end] = sample_pieces(rng, end - start)
    return corrupted
