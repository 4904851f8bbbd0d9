"""80/10/10, one draw a unit, random pieces by the caller's law."""

import numpy as np
import pytest

from spanbert.masking.corruption import (
    Replacement,
    corrupted_ids,
    replaced_units,
    sample_replacements,
)
from spanbert.rng import stream

MASK_ID, RANDOM_ID = 4, 99


def corrupt(ids, spans, replacements):
    def always(rng, size):
        return np.full(size, RANDOM_ID)

    rng = stream(0, "x")
    return corrupted_ids(
        np.array(ids), np.array(spans), np.array(replacements), MASK_ID, always, rng
    )


def test_a_hundred_thousand_spans_are_80_10_10():
    shares = np.bincount(sample_replacements(100_000, stream(0, "kinds"))) / 100_000
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.005)


def test_trap_06_a_span_is_replaced_whole_and_nothing_else_changes():
    ids = list(range(10, 22))
    spans = [[1, 4], [5, 7], [9, 11]]
    kinds = [Replacement.MASK, Replacement.RANDOM, Replacement.KEPT]
    seen = corrupt(ids, spans, kinds).tolist()
    assert seen == [10, 4, 4, 4, 14, 99, 99, 17, 18, 19, 20, 21]


def test_the_input_is_left_as_it_is():
    ids = np.arange(10)
    corrupted_ids(
        ids, np.array([[2, 5]]), np.array([0]), MASK_ID, lambda rng, n: np.zeros(n), stream(0, "x")
    )
    assert ids.tolist() == list(range(10))


def test_one_draw_covers_a_span_or_a_single_piece():
    spans = np.array([[1, 4], [6, 7]])
    assert replaced_units(spans, "span").tolist() == spans.tolist()
    assert replaced_units(spans, "token").tolist() == [[1, 2], [2, 3], [3, 4], [6, 7]]
