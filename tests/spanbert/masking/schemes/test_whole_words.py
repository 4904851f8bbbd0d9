"""Whole words: all pieces of a word or none, but for the one that the budget cuts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_blocks import masked_block

from spanbert.masking.config import MaskingConfig

word_starts = st.lists(st.booleans(), max_size=120).map(
    lambda rest: np.array([True, *rest], dtype=bool)
)


@given(word_starts, st.integers(0, 10**6), st.floats(0.01, 0.95))
def test_words_are_masked_whole_but_for_one(words, seed, mask_rate):
    config = MaskingConfig(scheme="whole-words", mask_rate=mask_rate)
    is_masked = masked_block(words, config, seed)
    assert is_masked.sum() == math.ceil(mask_rate * len(words))
    parts = np.split(is_masked, np.flatnonzero(words)[1:])
    cut = [part for part in parts if part.any() and not part.all()]
    assert len(cut) <= 1
    assert all(part[0] for part in cut)  # it is cut at its end


def test_a_word_is_chosen_by_its_number_of_pieces():
    words = np.array([True] * 5 + [False] * 4 + [True] * 5)  # the fifth word has five pieces
    config = MaskingConfig(scheme="whole-words", mask_rate=0.01)
    hits = [masked_block(words, config, i)[4] for i in range(20_000)]
    assert np.mean(hits) == pytest.approx(5 / 14, abs=0.015)
