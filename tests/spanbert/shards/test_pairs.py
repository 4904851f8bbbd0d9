"""Pairs follow the law of next sentence prediction, and no piece gets lost unseen."""

from collections import Counter
from itertools import pairwise

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.rng import stream
from spanbert.shards.config import ShardsConfig
from spanbert.shards.encode import EncodedDocument
from spanbert.shards.pairs import pair_limit, sample_pairs
from spanbert.shards.pieces import NO_SPANS, Pieces

# a busy machine is no failure
patient = hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow])


def document(number, *sentence_lengths):
    size = sum(sentence_lengths)
    pieces = Pieces(np.arange(size), np.ones(size, dtype=bool), NO_SPANS, NO_SPANS)
    return EncodedDocument(number, pieces, np.cumsum([0, *sentence_lengths]))


def corpus(*documents):
    return [document(number, *lengths) for number, lengths in enumerate(documents)]


def settings(max_pieces=21, **changes):
    return ShardsConfig(max_pieces=max_pieces, pairs=True, **changes)


def corpora(min_size=1):
    sentences = st.lists(st.integers(1, 20), min_size=1, max_size=12)
    return st.lists(sentences, min_size=min_size, max_size=5).map(lambda rows: corpus(*rows))


configs = st.builds(settings, short_fraction=st.sampled_from([0.0, 0.5]), seed=st.integers(0, 99))


def own_runs(made):
    """What the pairs hold of the document itself, in order."""
    return [
        run for pair in made.pairs for run in [pair.first, pair.second][: 2 - pair.is_random_next]
    ]


@patient
@given(corpora(), configs)
def test_a_document_is_in_its_pairs_once_but_for_what_is_counted_as_dropped(documents, config):
    for index, each in enumerate(documents):
        made = sample_pairs(documents, index, config)
        runs = own_runs(made)
        assert all(before.end <= after.start for before, after in pairwise(runs))
        assert sum(map(len, runs)) + made.num_dropped == len(each.pieces)


@patient
@given(corpora(), configs)
def test_both_parts_hold_something_and_fit_together(documents, config):
    for index in range(len(documents)):
        for pair in sample_pairs(documents, index, config).pairs:
            assert 0 < len(pair.first) < len(pair.first) + len(pair.second) <= pair_limit(config)
            assert pair.first.document == index
            assert (pair.second.document != index) == pair.is_random_next


@patient
@given(corpora(min_size=2), configs)
def test_parts_are_whole_sentences_unless_they_were_cut_to_fit(documents, config):
    for index in range(len(documents)):
        made = sample_pairs(documents, index, config)
        for before, after in pairwise(own_runs(made)):  # a sentence ends between any two
            ends = documents[index].sentence_bounds
            assert ((before.end <= ends) & (ends <= after.start)).any()
        for pair in made.pairs:
            if len(pair.first) + len(pair.second) < pair_limit(config):
                for run in (pair.first, pair.second):
                    bounds = documents[run.document].sentence_bounds
                    assert {run.start, run.end} <= set(bounds.tolist())
                assert pair.is_random_next or pair.first.end == pair.second.start


@patient
@given(corpora(min_size=2), st.integers(0, 99))
def test_pairs_are_full_unless_a_document_ends(documents, seed):
    config = settings(seed=seed)
    for index in range(len(documents)):
        for pair in sample_pairs(documents, index, config).pairs:
            is_full = len(pair.first) + len(pair.second) == pair_limit(config)
            last = pair.second.document
            assert is_full or pair.second.end == documents[last].sentence_bounds[-1]


@patient
@given(corpora(), configs)
def test_pairs_are_a_function_of_documents_and_settings(documents, config):
    once, again = (
        [sample_pairs(documents, i, config) for i in order]
        for order in (range(len(documents)), reversed(range(len(documents))))
    )
    assert once == again[::-1]


def test_another_seed_makes_other_pairs():
    documents = corpus([3] * 40, [4] * 40)
    first, second = (sample_pairs(documents, 0, settings(seed=seed)) for seed in (1, 2))
    assert first != second


def test_half_of_the_second_parts_are_from_anywhere_else():
    documents = corpus(*[[1] * 30] * 6)
    pairs = [
        pair
        for seed in range(1000)
        for pair in sample_pairs(documents, 2, settings(seed=seed)).pairs
        if pair.first.end < 30  # the last sentence has no next
    ]
    elsewhere = [pair.second for pair in pairs if pair.is_random_next]
    assert len(elsewhere) / len(pairs) == pytest.approx(0.5, abs=0.03)
    sources = Counter(run.document for run in elsewhere)
    assert sorted(sources) == [0, 1, 3, 4, 5]
    assert min(sources.values()) > 0.8 * max(sources.values())
    begins = Counter(run.start // 3 for run in elsewhere)
    assert min(begins[tenth] for tenth in range(10)) > 0.7 * max(begins.values())


def test_the_first_part_is_any_proper_beginning_of_the_chunk():
    documents = corpus([5] * 4, [5] * 4)  # one chunk of four sentences
    firsts = Counter(
        len(sample_pairs(documents, 0, settings(seed=seed)).pairs[0].first) for seed in range(900)
    )
    assert sorted(firsts) == [5, 10, 15]
    assert min(firsts.values()) > 240


def test_short_documents_have_a_target_of_any_length():
    documents = corpus([1] * 60)
    config = settings(max_pieces=11, short_fraction=1.0)
    lengths = Counter()
    for number in range(800):
        made = sample_pairs([document(number, *[1] * 60)], 0, config)
        lengths[len(made.pairs[0].first) + len(made.pairs[0].second)] += 1
    assert sorted(lengths) == list(range(2, 10))  # [2, limit)
    assert min(lengths.values()) > 65
    whole = sample_pairs(documents, 0, settings(max_pieces=11)).pairs
    assert {len(pair.first) + len(pair.second) for pair in whole} == {10}


def cut_slowly(first, second, limit, rng):
    """Pieces taken from the longer part one at a time, from its front or back."""
    first, second = list(first), list(second)
    while len(first) + len(second) > limit:
        longer = first if len(first) > len(second) else second
        longer.pop(0 if rng.random() < 0.5 else -1)
    return first, second


@pytest.mark.parametrize("lengths", [(18, 9), (9, 18), (14, 14), (4, 20), (19, 20), (13, 14)])
def test_a_pair_that_is_too_long_loses_pieces_as_if_one_by_one(lengths):
    config, rng = settings(), stream(0, "oracle")
    found, expected = Counter(), Counter()
    for number in range(1500):
        made = sample_pairs([document(number, *lengths)], 0, config)  # never a random second part
        (pair,) = made.pairs
        found[pair.first.start, pair.first.end, pair.second.start, pair.second.end] += 1
        pieces = range(sum(lengths))
        first, second = cut_slowly(pieces[: lengths[0]], pieces[lengths[0] :], 20, rng)
        expected[first[0], first[-1] + 1, second[0], second[-1] + 1] += 1
    assert {(b - a, d - c) for a, b, c, d in found} == {(b - a, d - c) for a, b, c, d in expected}
    for edge in range(4):
        ours, theirs = (
            np.repeat([key[edge] for key in tally], list(tally.values()))
            for tally in (found, expected)
        )
        assert ours.mean() == pytest.approx(theirs.mean(), abs=0.25)
        assert ours.std() == pytest.approx(theirs.std(), abs=0.2)


def test_a_lone_document_is_its_own_next():
    made = sample_pairs(corpus([6, 7, 20, 5]), 0, settings())
    assert not any(pair.is_random_next for pair in made.pairs)
    halved = sample_pairs(corpus([9]), 0, settings()).pairs
    assert [(p.first.start, p.first.end, p.second.end) for p in halved] == [(0, 4, 9)]
    assert sample_pairs(corpus([1]), 0, settings()).num_dropped == 1
