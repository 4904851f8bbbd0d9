"""Annotated spans and words by turns: the oracle, the fallback, and that it always ends."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.annotated import mask_annotated_spans
from spanbert.masking.schemes.named_entities import mask_named_entities
from spanbert.masking.schemes.noun_phrases import mask_noun_phrases
from spanbert.masking.schemes.whole_words import mask_whole_words
from spanbert.masking.spans import Block
from spanbert.rng import stream
from spanbert.shards.pieces import NO_SPANS

CONFIG = MaskingConfig(scheme="named-entities")


@st.composite
def blocks(draw):
    """Words of one or two pieces with disjoint annotated runs of words."""
    words = np.array([True, *draw(st.lists(st.booleans(), max_size=80))], dtype=bool)
    starts = [*np.flatnonzero(words).tolist(), len(words)]
    chosen = sorted(draw(st.sets(st.integers(0, len(starts) - 1), max_size=10)))
    pairs = list(zip(chosen[::2], chosen[1::2], strict=False))
    spans = np.array([[starts[a], starts[b]] for a, b in pairs], dtype=np.int64)
    return Block(words, spans.reshape(-1, 2))


def oracle(block, config, rng):
    """Sets of positions, one draw at a time, from the same random numbers."""
    size = len(block.word_starts)
    budget, masked = math.ceil(config.mask_rate * size), set()
    waiting = rng.permutation(block.annotated).tolist()

    def take(positions):
        for position in positions:
            if len(masked) < budget:
                masked.add(position)

    while len(masked) < budget:
        if waiting and rng.random() < config.annotated_fraction:
            take(range(*waiting.pop()))
            continue
        visible = [i for i in range(size) if i not in masked]
        start = visible[rng.integers(len(visible))]
        end = start + 1
        while not block.word_starts[start]:
            start -= 1
        while end < size and not block.word_starts[end]:
            end += 1
        take(range(start, end))
    return masked


@given(blocks(), st.integers(0, 10**6), st.floats(0.01, 0.95), st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=200)
def test_masks_equal_the_oracle_and_meet_the_budget(block, seed, mask_rate, fraction):
    config = MaskingConfig(scheme="noun-phrases", mask_rate=mask_rate, annotated_fraction=fraction)
    expected = oracle(block, config, stream(seed, "x"))
    found = mask_annotated_spans(block, config, stream(seed, "x"))
    assert set(np.flatnonzero(found)) == expected
    assert len(expected) == math.ceil(mask_rate * len(block.word_starts))


def test_half_the_draws_are_annotated_spans():
    words = np.ones(1000, dtype=bool)
    spans = np.arange(0, 500, 2)[:, None] + [0, 1]  # 250 entities of one word
    config = MaskingConfig(scheme="named-entities", mask_rate=0.05)
    shares = []
    for seed in range(300):
        found = mask_named_entities(Block(words, spans), config, stream(seed, "x"))
        shares.append(found[:500:2].sum() / found.sum())
    assert np.mean(shares) == pytest.approx(0.5 + 0.5 * 0.25, abs=0.02)  # words hit some too


@pytest.mark.parametrize("mask", [mask_named_entities, mask_noun_phrases])
def test_without_annotated_spans_whole_words_fill_the_budget(mask):
    words = np.array([True, False] * 20)
    block, config = Block(words, NO_SPANS), MaskingConfig(scheme="noun-phrases")
    alone = mask_whole_words(block, config, stream(1, "x"))
    rng = stream(1, "x")
    rng.permutation(block.annotated)
    assert np.array_equal(mask(block, config, stream(1, "x")), alone)


def test_only_annotated_spans_that_cannot_fill_the_budget_still_end():
    block = Block(np.ones(40, dtype=bool), np.array([[3, 5]]))
    config = MaskingConfig(scheme="named-entities", annotated_fraction=1.0)
    found = mask_named_entities(block, config, stream(1, "x"))
    assert found.sum() == 6
    assert found[3:5].all()
