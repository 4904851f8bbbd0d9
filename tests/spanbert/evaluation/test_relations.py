"""Figures of relations: by hand, by scikit-learn, and by the official rules of SemEval-2010."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from spanbert.evaluation.relations import micro_scores, relation_figures, semeval_scores

TACRED = st.sampled_from(["no_relation", "per:title", "org:founded"])
DIRECTED = [f"{name}({way})" for name in ("A-B", "C-D", "E-F") for way in ("e1,e2", "e2,e1")]
SEMEVAL = st.sampled_from(["Other", *DIRECTED])


def triple(scores):
    return [scores[name] for name in ("precision", "recall", "f1")]


def test_micro_scores_by_hand():
    gold = ["no_relation", "per:title", "per:title", "org:founded", "no_relation"]
    predicted = ["per:title", "per:title", "org:founded", "no_relation", "no_relation"]
    assert triple(micro_scores(gold, predicted, "no_relation")) == pytest.approx(
        [100 / 3, 100 / 3, 100 / 3]
    )
    nothing = ["no_relation"] * 5
    assert triple(micro_scores(gold, nothing, "no_relation")) == [100, 0, 0]
    assert triple(micro_scores(nothing, gold, "no_relation")) == [0, 0, 0]
    assert relation_figures("accuracy", gold, predicted, "") == {"accuracy": 40}


@given(st.lists(st.tuples(TACRED, TACRED), min_size=1))
def test_micro_scores_are_scikit_learns_over_the_positive_labels(pairs):
    gold, predicted = map(list, zip(*pairs, strict=True))
    labels = ["per:title", "org:founded"]
    *theirs, _ = precision_recall_fscore_support(
        gold, predicted, labels=labels, average="micro", zero_division=0
    )
    if not any(label in labels for label in predicted):
        theirs[0] = 1.0
    expected = [100 * one for one in theirs]
    assert triple(micro_scores(gold, predicted, "no_relation")) == pytest.approx(expected)


def test_semeval_scores_by_hand():
    gold = ["A-B(e1,e2)", "A-B(e1,e2)", "A-B(e2,e1)", "C-D(e1,e2)", "Other"]
    predicted = ["A-B(e1,e2)", "A-B(e2,e1)", "Other", "C-D(e1,e2)", "C-D(e2,e1)"]
    # A-B: one right of two that are predicted, and of three; C-D: one of two, and of one
    a, c = 2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3), 2 * (1 / 2) / (1 / 2 + 1)
    expected = [50, 100 * (1 / 3 + 1) / 2, 100 * (a + c) / 2]
    assert triple(semeval_scores(gold, predicted, "Other")) == pytest.approx(expected)


def official(gold, predicted):
    """The official script's own way: a matrix of relations, and apart from it the wrong ways."""
    names = sorted({label.split("(")[0] for label in (*gold, *predicted)})
    matrix = {(a, b): 0 for a in names for b in names}
    wrong_way = dict.fromkeys(names, 0)
    for one, other in zip(gold, predicted, strict=True):
        a, b = one.split("(")[0], other.split("(")[0]
        if a == b and one != other:
            wrong_way[a] += 1
        else:
            matrix[a, b] += 1
    total = 0.0
    counted = [name for name in names if name != "Other" and any(g.startswith(name) for g in gold)]
    for name in counted:
        proposed = sum(matrix[a, name] for a in names) + wrong_way[name]
        actual = sum(matrix[name, b] for b in names) + wrong_way[name]
        precision = matrix[name, name] / proposed if proposed else 0
        recall = matrix[name, name] / actual if actual else 0
        total += 2 * precision * recall / (precision + recall) if precision + recall else 0
    return 100 * total / len(counted) if counted else 0


@given(st.lists(st.tuples(SEMEVAL, SEMEVAL), min_size=1))
def test_semeval_scores_are_those_of_the_official_rules(pairs):
    gold, predicted = map(list, zip(*pairs, strict=True))
    assert semeval_scores(gold, predicted, "Other")["f1"] == pytest.approx(
        official(gold, predicted)
    )
