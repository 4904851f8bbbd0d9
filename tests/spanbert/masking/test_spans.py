"""Masked pieces of a block against sets of positions."""

import math

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.masking.spans import mask_budget, mask_pieces, masked_runs, words_at


@pytest.mark.parametrize(("num_pieces", "budget"), [(510, 77), (1, 1), (20, 3), (21, 4)])
def test_the_budget_is_rounded_up(num_pieces, budget):
    assert mask_budget(num_pieces, 0.15) == budget


@given(st.integers(1, 2000), st.floats(0.001, 0.999))
def test_the_budget_is_that_of_python(num_pieces, mask_rate):
    assert mask_budget(num_pieces, mask_rate) == math.ceil(mask_rate * num_pieces)


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(1, 12)), max_size=9))
def test_masking_takes_visible_pieces_from_the_left_up_to_the_budget(draws):
    is_masked, left, expected = np.zeros(40, dtype=bool), 12, set()
    for start, length in draws:
        left = mask_pieces(is_masked, start, min(40, start + length), left)
        for piece in range(start, min(40, start + length)):
            if len(expected) < 12:
                expected.add(piece)
    assert set(np.flatnonzero(is_masked)) == expected
    assert left == 12 - len(expected)


@pytest.mark.parametrize(
    ("anchor", "num_words", "expected"),
    [
        (4, 2, (3, 7)),
        (3, 1, (3, 6)),
        (0, 1, (0, 2)),
        (1, 2, (0, 3)),
        (2, 9, (2, 7)),
        (6, 1, (6, 7)),
    ],
)
def test_words_are_those_of_the_anchor_and_after_it(anchor, num_words, expected):
    words = np.array([True, False, True, True, False, False, True])
    assert words_at(words, anchor, num_words) == expected
    words[0] = False  # the first piece begins a word all the same
    assert words_at(words, anchor, num_words) == expected


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_those_of_the_oracle(flags):
    expected = oracle.merged({i for i, flag in enumerate(flags) if flag})
    assert masked_runs(np.array(flags, dtype=bool)).tolist() == expected
