"""The statistics of an ablation, against SciPy and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from spanbert.ablation.comparison import CellScores, compare, sign_flip_p, smallest_p

# in eighths, which floats hold exactly: scipy takes what rounding parts for no tie
DIFFERENCES = st.lists(st.integers(-50, 50).map(lambda n: n / 8), min_size=2, max_size=8)


def cell(scheme, objective, seed, **figures):
    return CellScores(scheme, objective, seed, f"{scheme}-{objective}-{seed}", figures)


@given(DIFFERENCES)
def test_p_is_that_of_scipy(differences):
    if len(set(differences)) == 1 and differences[0] == 0:
        assert sign_flip_p(differences) == 1
        return
    found = permutation_test(
        (np.array(differences),),
        np.sum,
        permutation_type="samples",
        n_resamples=np.inf,
        alternative="two-sided",
    )
    assert sign_flip_p(differences) == pytest.approx(found.pvalue)


def test_p_by_hand():
    # of the eight sums of ±1 ±2 ±3, the absolute value is 6 twice, 4 twice, 2 twice and 0 twice
    assert sign_flip_p([1.0, 2.0, 3.0]) == 2 / 8
    assert sign_flip_p([-1.0, 2.0, 3.0]) == 4 / 8
    assert sign_flip_p([0.0, 0.0]) == 1
    assert math.isnan(sign_flip_p([1.0, math.nan])), "not the 0 of a comparison with NaN"


@given(st.integers(1, 12))
def test_the_smallest_p_is_reached_where_all_agree(count):
    assert sign_flip_p([0.1] * count) == smallest_p(count)


@given(DIFFERENCES, st.floats(0.1, 9))
def test_p_knows_neither_sign_nor_unit(differences, factor):
    scaled = [-factor * d for d in differences]
    assert sign_flip_p(scaled) == sign_flip_p(differences)


def test_many_seeds_are_sampled_the_same_each_time_and_close_to_all():
    differences = np.random.default_rng(0).normal(0.4, 1, 20)
    signs = 1 - 2 * (np.arange(2**20)[:, None] >> np.arange(20) & 1)
    exact = (np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9).mean()
    found = sign_flip_p(differences.tolist())
    assert found == sign_flip_p(differences.tolist())
    assert found == pytest.approx(exact, abs=0.005)
    assert sign_flip_p([1.0] * 40) > 0, "the pattern observed is one of them"


def test_rows_are_compared_seed_by_seed_with_the_first():
    cells = [  # not in order
        cell("geometric-spans", "1seq-sbo", 2, f1=31.0, held_out_sbo_loss=5.0),
        cell("geometric-spans", "1seq-sbo", 1, f1=12.0, held_out_sbo_loss=6.0),
        cell("geometric-spans", "1seq", 1, f1=10.0),
        cell("geometric-spans", "1seq", 2, f1=30.0),
        cell("subword-tokens", "1seq", 2, f1=29.0),
        cell("subword-tokens", "1seq", 1, f1=9.0),
    ]
    first, spans, boundary = compare(cells)
    assert (first.scheme, first.objective) == ("subword-tokens", "1seq")
    assert (first.figures["f1"].difference, first.figures["f1"].p) == (None, None)
    assert spans.figures["f1"].mean == 20
    assert spans.figures["f1"].deviation == pytest.approx(200**0.5)
    assert spans.figures["f1"].difference == 1
    assert boundary.figures["f1"].difference == 2.5
    assert boundary.figures["f1"].p == 0.5
    assert boundary.figures["held_out_sbo_loss"].difference is None, "the first row has none"
    assert boundary.run_ids[2] == "geometric-spans-1seq-sbo-2"


def test_one_seed_has_no_deviation():
    (row,) = compare([cell("whole-words", "1seq", 7, f1=3.0)])
    assert (row.figures["f1"].mean, row.figures["f1"].deviation) == (3, None)
