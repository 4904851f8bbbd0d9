"""What every scheme promises."""

import math
import typing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_blocks import masked_block

from spanbert.masking.config import MaskingConfig, SchemeName
from spanbert.masking.philox import stream_of
from spanbert.masking.schemes.table import SCHEMES, mask_block, scheme_rules
from spanbert.rng import stream_key


def test_every_name_of_the_settings_has_a_scheme():
    assert set(SCHEMES) == set(typing.get_args(SchemeName))


@pytest.mark.parametrize("name", SCHEMES)
@given(st.lists(st.booleans(), max_size=70), st.integers(0, 10**6), st.floats(0.01, 0.999))
def test_exactly_the_budget_is_masked_by_the_generator_alone(name, rest, seed, mask_rate):
    words = np.array([True, *rest], dtype=bool)
    config, annotated = MaskingConfig(scheme=name, mask_rate=mask_rate), np.array([[0, 1]])
    first, second = (masked_block(words, config, seed, annotated) for _ in range(2))
    assert first.sum() == math.ceil(mask_rate * len(words))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", SCHEMES)
def test_the_number_of_a_scheme_stands_for_it(name):
    words = np.random.default_rng(1).random(200) < 0.7
    config, annotated = MaskingConfig(scheme=name), np.array([[0, 1], [5, 9], [30, 40]])
    found = np.zeros(200, dtype=bool)
    random = stream_of(stream_key(1, "x"))
    mask_block(words, annotated.copy(), scheme_rules(config), random, found)
    assert np.array_equal(found, masked_block(words, config, 1, annotated))
