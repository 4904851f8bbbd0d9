"""What replaces masked pieces: 80 % [MASK], 10 % random pieces, 10 % kept, one draw a unit.

A unit is a span, as in SpanBERT, or a single piece, as in BERT.

The random pieces are drawn by the caller's law (the corpus's unigram law in pre-training), each on
its own; special tokens are not in that law.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Literal

import numpy as np

from spanbert.masking.targets import masked_positions
from spanbert.shapes import Int

_MASK_BELOW, _RANDOM_BELOW = 0.8, 0.9  # SpanBERT, section 3.1

SamplePieces = Callable[[np.random.Generator, int], np.ndarray]  # (rng, how many) -> piece ids


class Replacement(IntEnum):
    """What happened to a masked piece."""

    MASK = 0
    RANDOM = 1
    KEPT = 2


def replaced_units(
    spans: Int[np.ndarray, "spans 2"], replacement: Literal["span", "token"]
) -> Int[np.ndarray, "units 2"]:
    """What is replaced by one draw each: the spans themselves, or each of their pieces."""
    if replacement == "span":
        return spans
    pieces = masked_positions(spans)
    return np.stack([pieces, pieces + 1], axis=1)


def sample_replacements(num_units: int, rng: np.random.Generator) -> Int[np.ndarray, " units"]:
    """A `Replacement` for each unit."""
    return np.searchsorted([_MASK_BELOW, _RANDOM_BELOW], rng.random(num_units), side="right")


def corrupted_ids(
    ids: Int[np.ndarray, " seq"],
    units: Int[np.ndarray, "units 2"],
    replacements: Int[np.ndarray, " units"],
    mask_id: int,
    sample_pieces: SamplePieces,
    rng: np.random.Generator,
) -> Int[np.ndarray, " seq"]:
    """The sequence that the model sees; the input is left as it is."""
    corrupted = ids.copy()
    for (start, end), replacement in zip(units.tolist(), replacements.tolist(), strict=True):
        if replacement == Replacement.MASK:
            corrupted[start:end] = mask_id
        elif replacement == Replacement.RANDOM:
            corrupted[start:end] = sample_pieces(rng, end - start)
    return corrupted
