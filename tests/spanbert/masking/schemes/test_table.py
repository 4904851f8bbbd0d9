"""What every scheme promises."""

import math
import typing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.masking.config import MaskingConfig, SchemeName
from spanbert.masking.schemes.table import SCHEMES
from spanbert.masking.spans import Block
from spanbert.rng import stream


def test_every_name_of_the_settings_has_a_scheme():
    assert set(SCHEMES) == set(typing.get_args(SchemeName))


@pytest.mark.parametrize("name", SCHEMES)
@given(st.lists(st.booleans(), max_size=70), st.integers(0, 10**6), st.floats(0.01, 0.999))
def test_exactly_the_budget_is_masked_by_the_generator_alone(name, rest, seed, mask_rate):
    words = np.array([True, *rest], dtype=bool)
    block = Block(words, np.array([[0, 1]]))
    config = MaskingConfig(scheme=name, mask_rate=mask_rate)
    first, second = (SCHEMES[name](block, config, stream(seed, "x")) for _ in range(2))
    assert first.sum() == math.ceil(mask_rate * len(words))
    assert np.array_equal(first, second)
