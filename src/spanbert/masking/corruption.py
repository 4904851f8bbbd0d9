"""What replaces masked pieces: 80 % [MASK], 10 % random pieces, 10 % kept, one draw a unit.

A unit is a span, as in SpanBERT, or a single piece, as in BERT.

Random pieces follow the corpus's unigram law, each on its own: they are drawn as places in the run
of all its pieces, which the reader of the shards looks up; special tokens are not among them.
"""

from enum import IntEnum
from typing import NamedTuple

from spanbert.compiled import compiled
from spanbert.masking.philox import Stream, sample_below, sample_double
from spanbert.masking.rows import MaskedRows

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


@compiled
def sample_replacement(random: Stream) -> int:
    """The number of a `Replacement`."""
    drawn = sample_double(random)
    if drawn < _MASK_BELOW:
        return _MASK
    return _RANDOM if drawn < _RANDOM_BELOW else _KEPT


@compiled
def corrupt_span(
    start: int, end: int, rules: CorruptionRules, random: Stream, rows: MaskedRows
) -> None:
    """Add the masked tokens [start, end) to the rows, and replace what the model sees of them.

    Random pieces get their place in the corpus, but not yet their id.
    """
    kind = _KEPT
    for token in range(start, end):
        if token == start or rules.is_per_token:
            kind = sample_replacement(random)
        row = rows.counts[0]
        rows.counts[0] += 1
        rows.mlm_rows[row], rows.mlm_targets[row] = token, rows.ids[token]
        rows.replacements[row] = kind
        if kind == _MASK:
            rows.corrupted[token] = rules.mask_id
        elif kind == _RANDOM:
            row = rows.counts[2]
            rows.counts[2] += 1
            rows.random_rows[row] = token
            rows.random_places[row] = sample_below(random, rules.num_corpus_pieces)
