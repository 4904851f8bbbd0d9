"""A word begins where the tokenizer's pre-token changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer.words import word_starts


@given(st.lists(st.integers(1, 4), max_size=20))
def test_one_start_for_each_word(pieces_by_word):
    numbers = [word for word, pieces in enumerate(pieces_by_word) for _ in range(pieces)]
    expected = [i == 0 for pieces in pieces_by_word for i in range(pieces)]
    assert np.array_equal(word_starts(numbers), np.array(expected, dtype=bool))
