"""The other side of the coreference benchmark: by the oracle, and others are refused."""

import random
from itertools import permutations

import pytest
from coref_oracle import scores as slow_scores
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import coref
from benchmarks.peers.coref_loop import hungarian, score


@given(st.integers(1, 4), st.integers(0, 2), st.data())
def test_the_hungarian_method_finds_the_best_assignment(num_rows, more, data):
    weights = st.lists(st.integers(0, 9), min_size=num_rows + more, max_size=num_rows + more)
    table = data.draw(st.lists(weights, min_size=num_rows, max_size=num_rows))
    columns = hungarian(table)
    assert len(set(columns)) == num_rows
    best = max(
        sum(table[row][column] for row, column in enumerate(chosen))
        for chosen in permutations(range(num_rows + more), num_rows)
    )
    assert sum(table[row][column] for row, column in enumerate(columns)) == best


def test_the_peer_is_right():
    gold = [[(0, 1), (2, 3), (4, 6)], [(7, 8), (9, 10)]]
    predicted = [[(0, 1), (2, 3), (7, 8)], [(4, 6), (9, 10), (11, 12)], [(13, 14)]]
    expected = slow_scores([(gold, predicted)])
    for metric, values in score([(gold, predicted)]).items():
        assert values == pytest.approx(expected[metric])


def test_made_up_predictions_are_worth_scoring():
    """No mention is in two places, and neither all nor none is right."""
    _, words, gold = coref._made_up(random.Random(1), 1)
    predicted = coref.perturbed(gold, words, random.Random(2))
    for side in (gold, predicted):
        mentions = [mention for cluster in side for mention in cluster]
        assert len(mentions) == len(set(mentions)) > 80
    coref._require_same_scores([(gold, predicted)])
    assert 30 < score([(gold, predicted)])["bcub"]["f1"] < 90


def test_other_scores_are_refused(monkeypatch):
    _, words, gold = coref._made_up(random.Random(1), 1)
    other = coref.perturbed(gold, words, random.Random(2))
    monkeypatch.setattr(coref.ours, "scores_of_clusters", lambda pairs: score([(gold, gold)]))
    with pytest.raises(AssertionError, match="muc"):
        coref._require_same_scores([(gold, other)])
