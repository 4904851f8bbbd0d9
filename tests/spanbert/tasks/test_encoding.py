"""Pieces of many texts are those of the tokenizer, whatever comes before."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.encoding import TextEncoder

WORDS = ["Ann", "river,", "  ", "(40)", "Zoë", "漢字", "\n", "", "1907"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=12)


@given(TEXTS, TEXTS)
def test_pieces_are_those_of_the_tokenizer(tokenizer, before, texts):
    encoder = TextEncoder(tokenizer)
    encoder.encode(before)
    distinct, numbers = encoder.encode_distinct(texts)
    assert len(distinct.lengths) == len(set(texts))
    for text, number in zip(texts, numbers, strict=True):
        expected, own = tokenizer.encode(text), slice(*distinct.bounds[number : number + 2])
        for name in ("ids", "starts", "ends"):
            np.testing.assert_array_equal(getattr(distinct, name)[own], getattr(expected, name))
