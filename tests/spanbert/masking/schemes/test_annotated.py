"""Annotated spans and words by turns: the oracle, the fallback, and that it always ends."""

import math

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_blocks import masked_block

from spanbert.masking.config import MaskingConfig
from spanbert.rng import stream_key
from spanbert.shards.pieces import NO_SPANS


@st.composite
def blocks(draw):
    """Words of one or two pieces with disjoint annotated runs of words."""
    words = np.array([True, *draw(st.lists(st.booleans(), max_size=80))], dtype=bool)
    starts = [*np.flatnonzero(words).tolist(), len(words)]
    chosen = sorted(draw(st.sets(st.integers(0, len(starts) - 1), max_size=10)))
    pairs = list(zip(chosen[::2], chosen[1::2], strict=False))
    spans = np.array([[starts[a], starts[b]] for a, b in pairs], dtype=np.int64)
    return words, spans.reshape(-1, 2)


@given(blocks(), st.integers(0, 10**6), st.floats(0.01, 0.95), st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=200)
def test_masks_equal_the_oracle_and_meet_the_budget(block, seed, mask_rate, fraction):
    config = MaskingConfig(scheme="noun-phrases", mask_rate=mask_rate, annotated_fraction=fraction)
    words, spans = block
    chance = oracle.Chance(stream_key(seed, "x"), 0)
    expected = oracle.masked_pieces(words.tolist(), spans.tolist(), config, chance)
    assert set(np.flatnonzero(masked_block(words, config, seed, spans))) == expected
    assert len(expected) == math.ceil(mask_rate * len(words))


def test_half_the_draws_are_annotated_spans():
    words = np.ones(1000, dtype=bool)
    spans = np.arange(0, 500, 2)[:, None] + [0, 1]  # 250 entities of one word
    config = MaskingConfig(scheme="named-entities", mask_rate=0.05)
    shares = []
    for seed in range(300):
        found = masked_block(words, config, seed, spans)
        shares.append(found[:500:2].sum() / found.sum())
    assert np.mean(shares) == pytest.approx(0.5 + 0.5 * 0.25, abs=0.02)  # words hit some too


@pytest.mark.parametrize("scheme", ["named-entities", "noun-phrases"])
def test_without_annotated_spans_whole_words_fill_the_budget(scheme):
    words = np.array([True, False] * 20)
    alone = masked_block(words, MaskingConfig(scheme="whole-words"), 1)
    assert np.array_equal(masked_block(words, MaskingConfig(scheme=scheme), 1, NO_SPANS), alone)


def test_only_annotated_spans_that_cannot_fill_the_budget_still_end():
    config = MaskingConfig(scheme="named-entities", annotated_fraction=1.0)
    found = masked_block(np.ones(40, dtype=bool), config, 1, np.array([[3, 5]]))
    assert found.sum() == 6
    assert found[3:5].all()


def test_spans_are_drawn_alike_and_none_twice():
    words, spans = np.ones(40, dtype=bool), np.arange(0, 40, 4)[:, None] + [0, 2]
    config = MaskingConfig(scheme="noun-phrases", annotated_fraction=1.0, mask_rate=0.2)
    masks = np.array([masked_block(words, config, seed, spans) for seed in range(5000)])
    assert (masks.sum(axis=1) == 8).all()  # four phrases of two words
    assert masks[:, spans[:, 0]].mean(axis=0) == pytest.approx(np.full(10, 0.4), abs=0.03)
