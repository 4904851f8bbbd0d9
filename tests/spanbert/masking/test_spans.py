"""Masked pieces of a block against sets of positions."""

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.masking.spans import Block, Mask, mask_budget, masked_runs
from spanbert.shards.pieces import NO_SPANS


@pytest.mark.parametrize(("num_pieces", "budget"), [(510, 77), (1, 1), (20, 3), (21, 4)])
def test_the_budget_is_rounded_up(num_pieces, budget):
    assert mask_budget(num_pieces, 0.15) == budget


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(1, 12)), max_size=9))
def test_masking_takes_visible_pieces_from_the_left_up_to_the_budget(draws):
    mask, expected = Mask(Block(np.ones(40, dtype=bool), NO_SPANS), mask_rate=0.3), set()
    for start, length in draws:
        mask.add(start, min(40, start + length))
        for piece in range(start, min(40, start + length)):
            if len(expected) < 12:
                expected.add(piece)
    assert set(np.flatnonzero(mask.is_masked)) == expected
    assert mask.left == 12 - len(expected)


def test_words_are_those_of_the_anchor_and_after_it():
    words = np.array([True, False, True, True, False, False, True])
    mask = Mask(Block(words, NO_SPANS), mask_rate=0.99)
    mask.add_words(anchor=4, num_words=2)
    assert np.flatnonzero(mask.is_masked).tolist() == [3, 4, 5, 6]


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_those_of_the_oracle(flags):
    expected = oracle.merged({i for i, flag in enumerate(flags) if flag})
    assert masked_runs(np.array(flags, dtype=bool)).tolist() == expected
