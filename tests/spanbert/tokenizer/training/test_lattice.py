"""Sums over all ways to cut a string, against listing them."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.tokenizer.training.lattice import lattices

PIECES = {"a": -1.5, "b": -0.7, "ab": -1.1, "ba": -3.0, "aba": -2.5}
SCORES = np.array([*PIECES.values(), -np.inf])


def ways(string):
    """Every list of pieces that spells the string."""
    if not string:
        return [[]]
    fits = [piece for piece in PIECES if string.startswith(piece)]
    return [[piece, *rest] for piece in fits for rest in ways(string[len(piece) :])]


def score(way):
    return sum(PIECES[piece] for piece in way)


@settings(deadline=None)
@given(st.dictionaries(st.text("ab", min_size=1, max_size=7), st.integers(1, 9), min_size=1))
def test_best_scores_and_expected_counts(words):
    counts = np.array(list(words.values()), dtype=float)
    best, expected = np.zeros(len(words)), np.zeros(len(SCORES))
    for lattice in lattices(list(words), {p: i for i, p in enumerate(PIECES)}, longest=3):
        best[lattice.rows] = lattice.best_scores(SCORES)
        expected += lattice.expected_counts(SCORES, counts[lattice.rows])
    assert np.allclose(best, [max(map(score, ways(word))) for word in words])
    oracle = dict.fromkeys(PIECES, 0.0)
    for word, count in words.items():
        total = sum(math.exp(score(way)) for way in ways(word))
        for way in ways(word):
            for piece in way:
                oracle[piece] += count * math.exp(score(way)) / total
    assert np.allclose(expected, [*oracle.values(), 0])
