"""What replaces masked pieces: 80 % [MASK], 10 % random pieces, 10 % kept, one draw a unit.

A unit is a span, as in SpanBERT, or a single piece, as in BERT.

Random pieces follow the corpus's unigram law, each on its own: they are drawn as places in the run
of all its pieces, which the reader of the shards looks up; special tokens are not among them.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled, inlined
from spanbert.masking.philox import Stream, sample_below, sample_double
from spanbert.masking.rows import MaskedRows
from spanbert.shapes import Int

_MASK_BELOW, _RANDOM_BELOW = 0.8, 0.9  # SpanBERT, section 3.1


class Replacement(IntEnum):
    """What happened to a masked piece."""

    MASK = 0
    RANDOM = 1
    KEPT = 2


_MASK, _RANDOM, _KEPT = (int(kind) for kind in Replacement)  # as compiled functions take them


class CorruptionRules(NamedTuple):
    """How masked pieces are replaced, as compiled functions take it."""

    is_per_token: bool  # one draw a piece, else one a span
    mask_id: int
    num_corpus_pieces: int


@inlined
def sample_replacement(random: Stream) -> int:
    """The number of a `Replacement`."""
    drawn = sample_double(random)
    if drawn < _MASK_BELOW:
        return _MASK
    return _RANDOM if drawn < _RANDOM_BELOW else _KEPT


@compiled
def corrupt_spans(
    spans: Int[np.ndarray, "spans 2"], rules: CorruptionRules, random: Stream, rows: MaskedRows
) -> None:
    """Add the masked tokens to the rows, and replace what the model sees of them.

    Random pieces get their place in the corpus, but not yet their id. Nothing of these spans may be
    replaced before.

    Args:
        spans: half-open, in order.
    """
    corrupted, replacements = rows.corrupted, rows.replacements
    mlm_rows, mlm_targets = rows.mlm_rows, rows.mlm_targets
    random_rows, random_places, counts = rows.random_rows, rows.random_places, rows.counts
    row, random_row, kind = counts[0], counts[2], _KEPT
    for span in range(len(spans)):
        for token in range(spans[span, 0], spans[span, 1]):
            if token == spans[span, 0] or rules.is_per_token:
                kind = sample_replacement(random)
            mlm_rows[row], mlm_targets[row], replacements[row] = token, corrupted[token], kind
            row += 1
            if kind == _MASK:
                corrupted[token] = rules.mask_id
            elif kind == _RANDOM:
                random_rows[random_row] = token
                random_places[random_row] = sample_below(random, rules.num_corpus_pieces)
                random_row += 1
    counts[0], counts[2] = row, random_row
