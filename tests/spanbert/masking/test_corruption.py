"""80/10/10, one draw a unit, random pieces by the corpus's law."""

import numpy as np
import pytest

from spanbert.masking.corruption import (
    CorruptionRules,
    Replacement,
    corrupt_spans,
    sample_replacement,
)
from spanbert.masking.philox import stream_of
from spanbert.masking.rows import empty_rows

MASK_ID, NUM_PIECES = 4, 1000
SPANS = np.array([[1, 4], [5, 7], [9, 11]])


def corrupt(seed, *, is_per_token=False):
    """Tokens 10, 11, ... with spans masked; the filled rows."""
    rows = empty_rows(12, 7)
    rows.corrupted[:] = np.arange(10, 22)
    rules = CorruptionRules(is_per_token, MASK_ID, NUM_PIECES)
    corrupt_spans(SPANS, rules, stream_of(seed), rows)
    return rows


def test_a_hundred_thousand_draws_are_80_10_10():
    random = stream_of(0)
    drawn = [sample_replacement(random) for _ in range(100_000)]
    assert np.bincount(drawn) / 100_000 == pytest.approx([0.8, 0.1, 0.1], abs=0.005)


def test_trap_06_a_span_is_replaced_whole_and_nothing_else_changes():
    seen = set()
    for seed in range(300):
        rows = corrupt(seed)
        kinds = rows.replacements.reshape(-1).tolist()
        assert rows.counts[0] == 7
        assert rows.mlm_rows.tolist() == [1, 2, 3, 5, 6, 9, 10]
        assert rows.mlm_targets.tolist() == [11, 12, 13, 15, 16, 19, 20]
        of_spans = (kinds[:3], kinds[3:5], kinds[5:])
        assert all(len(set(of_span)) == 1 for of_span in of_spans)
        seen |= set(kinds)
        expected = np.arange(10, 22)
        expected[rows.mlm_rows[rows.replacements == Replacement.MASK]] = MASK_ID
        assert rows.corrupted.tolist() == expected.tolist()  # random pieces have no id yet
        is_random = rows.replacements == Replacement.RANDOM
        drawn = rows.counts[2]
        assert rows.random_rows[:drawn].tolist() == rows.mlm_rows[is_random].tolist()
    assert seen == set(Replacement)


def test_one_draw_covers_a_single_piece_where_asked():
    mixed = [len(set(corrupt(seed, is_per_token=True).replacements[:3])) for seed in range(300)]
    assert max(mixed) > 1
    kinds = np.concatenate([corrupt(s, is_per_token=True).replacements for s in range(3000)])
    assert np.bincount(kinds) / len(kinds) == pytest.approx([0.8, 0.1, 0.1], abs=0.01)


def test_places_of_random_pieces_are_uniform_and_each_its_own():
    places = []
    for seed in range(4000):
        rows = corrupt(seed)
        places.append(rows.random_places[: rows.counts[2]])
    drawn = np.concatenate(places)
    assert drawn.min() >= 0
    assert drawn.max() < NUM_PIECES
    shares = np.bincount(drawn * 10 // NUM_PIECES, minlength=10) / len(drawn)
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.03)
    assert all(len(set(part.tolist())) > 1 for part in places if len(part) > 4)
