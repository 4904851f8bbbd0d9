"""Spans of geometric length (SpanBERT, section 3.1): the law, the budget, the oracle."""

import math

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_blocks import masked_block

from spanbert.masking.config import MaskingConfig
from spanbert.masking.philox import stream_of
from spanbert.masking.schemes.geometric_spans import length_edges, length_law, sample_lengths
from spanbert.masking.spans import masked_runs
from spanbert.masking.targets import boundary_targets
from spanbert.objectives.config import ObjectiveConfig
from spanbert.rng import stream, stream_key

CONFIG = MaskingConfig()
PUBLISHED_LAW = [0.2241, 0.1792, 0.1434, 0.1147, 0.0918, 0.0734, 0.0587, 0.0470, 0.0376, 0.0301]


def sample_spans(words, config, seed):
    return masked_runs(masked_block(words, config, seed))


def random_words(seed, num_pieces=510, pieces_per_word=1.25):
    """Word starts of a segment with about so many pieces in a word."""
    starts = stream(seed, "words").random(num_pieces) < 1 / pieces_per_word
    starts[0] = True
    return starts


word_starts = st.lists(st.booleans(), min_size=1, max_size=120).map(
    lambda rest: np.array([True, *rest], dtype=bool)
)


def test_trap_01_the_law_is_truncated_and_renormalised():
    law = length_law(0.2, 10)
    assert law == pytest.approx(PUBLISHED_LAW, abs=5e-5)
    assert law.sum() == pytest.approx(1)
    assert law @ np.arange(1, 11) == pytest.approx(3.797, abs=1e-3)


def test_a_million_lengths_follow_the_law():
    lengths = sample_lengths(length_edges(0.2, 10), stream_of(1), 1_000_000)
    shares = np.bincount(lengths, minlength=11)[1:] / 1_000_000
    assert shares == pytest.approx(PUBLISHED_LAW, abs=0.002)
    assert lengths.mean() == pytest.approx(3.797, abs=0.01)


@given(word_starts, st.integers(0, 10**6), st.floats(0.01, 0.9))
@settings(max_examples=300)
def test_spans_equal_the_oracle(words, seed, mask_rate):
    config = MaskingConfig(mask_rate=mask_rate)

    expected = oracle.masked_pieces(
        words.tolist(), [], config, oracle.Chance(stream_key(seed, "x"), 0)
    )
    assert sample_spans(words, config, seed).tolist() == oracle.merged(expected)


@given(word_starts, st.integers(0, 10**6))
def test_trap_02_the_budget_is_met_exactly_in_pieces(words, seed):
    spans = sample_spans(words, CONFIG, seed)
    assert (spans[:, 1] - spans[:, 0]).sum() == math.ceil(0.15 * len(words))


@given(word_starts, st.integers(0, 10**6))
def test_trap_05_merged_spans_stand_apart_and_begin_words(words, seed):
    spans = sample_spans(words, CONFIG, seed)
    assert (spans[1:, 0] > spans[:-1, 1]).all()
    assert words[spans[:, 0]].all()


@given(word_starts, st.integers(0, 10**6))
def test_at_most_one_span_ends_inside_a_word(words, seed):
    ends = sample_spans(words, CONFIG, seed)[:, 1]
    assert sum(end < len(words) and not words[end] for end in ends) <= 1


def test_trap_04_a_word_is_chosen_by_its_number_of_pieces():
    words = np.array([True] * 5 + [False] * 4 + [True] * 5)  # the fifth word has five pieces
    config = MaskingConfig(mask_rate=0.01, max_span_words=1)  # one piece is masked
    firsts = [sample_spans(words, config, i)[0, 0] for i in range(20_000)]
    assert np.mean(np.array(firsts) == 4) == pytest.approx(5 / 14, abs=0.015)


def test_statistics_of_full_segments():
    """Section 1.1's derived figures: spans a block, their length, and how many touch an edge."""
    number, words_in, lengths, touching, covered = [], [], [], 0, 0
    for seed in range(400):
        words = random_words(seed)
        spans = sample_spans(words, CONFIG, seed)
        number.append(len(spans))
        words_in += [int(words[start:end].sum()) for start, end in spans]
        lengths += (spans[:, 1] - spans[:, 0]).tolist()
        touching += int((spans[:, 0] == 0).sum() + (spans[:, 1] == 510).sum())
        covered += len(boundary_targets(spans, (0, 510), ObjectiveConfig()).position)
    assert np.mean(number) == pytest.approx(15.2, abs=0.4)
    assert np.mean(words_in) == pytest.approx(3.9, abs=0.25)
    assert np.mean(lengths) == pytest.approx(5.1, abs=0.25)
    assert np.quantile(lengths, 0.95) == pytest.approx(12, abs=1)
    assert np.mean(np.array(lengths) > 15) == pytest.approx(0.012, abs=0.008)
    assert touching / len(lengths) == pytest.approx(0.012, abs=0.006)
    assert covered / sum(lengths) == pytest.approx(0.982, abs=0.006)
