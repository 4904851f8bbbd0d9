"""Our words are NumPy's, and what is made of them is uniform."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.compiled import wide_product
from spanbert.masking.philox import (
    sample_below,
    sample_double,
    sample_word,
    start_stream,
    stream_of,
)

keys = st.integers(0, 2**128 - 1)


@given(keys, st.integers(0, 2**63 - 1))
def test_words_are_those_of_numpy(key, number):
    random = stream_of(key)
    start_stream(random, number)
    expected = np.random.Philox(key=key, counter=[0, number, 0, 0]).random_raw(23)
    assert [int(sample_word(random)) for _ in range(23)] == expected.tolist()


@given(keys)
def test_doubles_are_those_of_numpys_generator(key):
    random, generator = stream_of(key), np.random.Generator(np.random.Philox(key=key))
    assert [sample_double(random) for _ in range(9)] == generator.random(9).tolist()


@given(keys, st.integers(1, 2**62))
def test_numbers_below_a_bound_are_the_high_half_of_a_product(key, bound):
    words = np.random.Philox(key=key).random_raw(5).tolist()
    random = stream_of(key)
    assert [sample_below(random, bound) for _ in range(5)] == [w * bound >> 64 for w in words]


def test_numbers_below_a_bound_are_uniform():
    random = stream_of(5)
    shares = np.bincount([sample_below(random, 7) for _ in range(70_000)]) / 70_000
    assert shares == pytest.approx(np.full(7, 1 / 7), abs=0.005)


def test_a_stream_starts_anew_wherever_it_stood():
    random, other = stream_of(1), stream_of(1)
    [sample_word(random) for _ in range(6)]
    for stream in (random, other):
        start_stream(stream, 3)
    assert sample_word(random) == sample_word(other)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_both_halves_of_a_product(a, b):
    from spanbert.compiled import _wide_product

    assert _wide_product(np.uint64(a), np.uint64(b)) == divmod(a * b, 2**64)
    assert callable(wide_product)
