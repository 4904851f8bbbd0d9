"""Metrics equal scikit-learn's and SciPy's, ties and all."""

import warnings

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spanbert.evaluation.classification import (
    accuracy,
    f1,
    label_table,
    matthews,
    most_confused,
    pearson,
    spearman,
)

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1)
# few values, so that there are ties
NUMBERS = st.lists(
    st.tuples(st.integers(0, 4), st.floats(-9, 9).map(lambda x: round(x, 1))), min_size=2
)


@given(PAIRS)
def test_labels_are_scored_as_by_scikit_learn(pairs):
    gold, predicted = map(list, zip(*pairs, strict=True))
    metrics = sklearn.metrics
    assert accuracy(gold, predicted) == pytest.approx(100 * metrics.accuracy_score(gold, predicted))
    theirs = metrics.f1_score(gold, predicted, labels=["a"], average="macro", zero_division=0)
    assert f1(gold, predicted, "a") == pytest.approx(100 * theirs)
    assert matthews(gold, predicted) == pytest.approx(
        100 * metrics.matthews_corrcoef(gold, predicted)
    )
    labels = sorted({*gold, *predicted})
    columns = metrics.precision_recall_fscore_support(
        gold, predicted, labels=labels, zero_division=0
    )
    table = label_table(gold, predicted)
    assert list(table) == labels
    for row, *values in zip(table.values(), *columns, strict=True):
        precision, recall, score, support = values
        assert row["num_examples"] == support
        expected = [100 * precision, 100 * recall, 100 * score]
        assert [row["precision"], row["recall"], row["f1"]] == pytest.approx(expected)


@given(NUMBERS)
def test_numbers_are_correlated_as_by_scipy(pairs):
    gold, predicted = (list(map(float, side)) for side in zip(*pairs, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constants
        theirs = [stats.pearsonr(gold, predicted)[0], stats.spearmanr(gold, predicted)[0]]
    ours = [pearson(gold, predicted), spearman(gold, predicted)]
    assert ours == pytest.approx([100 * float(np.nan_to_num(one)) for one in theirs], abs=1e-6)


def test_by_hand():
    gold, predicted = list("1100"), list("1010")
    assert accuracy(gold, predicted) == 50
    assert f1(gold, predicted, "1") == 50
    assert matthews(gold, predicted) == 0
    assert matthews(gold, gold) == 100
    assert f1(gold, list("0000"), "1") == matthews(gold, list("0000")) == 0
    # ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4
    assert spearman([1.0, 2.0, 2.0, 3.0], [1.0, 5.0, 6.0, 7.0]) == pytest.approx(
        100 * 4.5 / np.sqrt(4.5 * 5)
    )
    assert pearson([1.0, 1.0], [0.0, 3.0]) == 0


@given(PAIRS)
def test_the_commonest_mistakes_are_the_largest_cells_off_the_diagonal(pairs):
    gold, predicted = map(list, zip(*pairs, strict=True))
    labels = list("abcd")
    cells = sklearn.metrics.confusion_matrix(gold, predicted, labels=labels)
    found = most_confused(gold, predicted, most=3)
    for one in found:
        row, column = labels.index(one["gold"]), labels.index(one["predicted"])
        assert row != column
        assert cells[row, column] == one["num_examples"]
    np.fill_diagonal(cells, 0)
    largest = sorted(cells[cells > 0], reverse=True)[:3]
    assert [one["num_examples"] for one in found] == largest
