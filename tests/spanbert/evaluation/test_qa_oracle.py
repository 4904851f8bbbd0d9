"""Whatever golds, predictions and odds there are, the scorer agrees with the plain rules."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squad_oracle import best_cut, score_mrqa, score_v1, score_v2

from spanbert.evaluation.qa import score_qa
from spanbert.evaluation.qa_questions import QuestionScore
from spanbert.evaluation.qa_thresholds import best_threshold

WORDS = ["a", "the", "red", "Red,", "kite", "“kite”", "！", "é", "-", "1907"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
IDS = st.sampled_from("abcdefgh")
# few different values, so that many are equal; scores of any size and sign
ODDS = st.sampled_from([0, 0.5, 0.5000001, 1, 2, -3, -3.0, 1e300])


def questions(min_golds):
    golds = st.lists(TEXTS, min_size=min_golds, max_size=3)
    return st.lists(st.tuples(IDS, golds), min_size=1, max_size=12)


def squad(pairs, **changes):
    qas = [{"id": i, "answers": [{"text": text} for text in golds]} for i, golds in pairs]
    return json.dumps({"data": [{"paragraphs": [{"qas": qas}]}]} | changes)


def mrqa(pairs):
    lines = [{"header": {"dataset": "any"}}]
    lines += [{"qas": [{"qid": i, "answers": golds}]} for i, golds in pairs]
    return "".join(json.dumps(line) + "\n" for line in lines)


def scored(gold, predictions, odds=None, threshold=None):
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / part for part in ("gold", "predictions", "odds")]
        for path, text in zip(
            paths, (gold, json.dumps(predictions), json.dumps(odds)), strict=True
        ):
            path.write_text(text)
        odds_path = None if odds is None else paths[2]
        return score_qa(*paths[:2], odds_path=odds_path, threshold=threshold)


def close(result, expected):
    return {name: result[name] for name in expected} == pytest.approx(expected, abs=1e-9)


@given(questions(min_golds=1), st.dictionaries(IDS, TEXTS))
def test_squad_1(pairs, predictions):
    assert close(scored(squad(pairs), predictions), score_v1(pairs, predictions))


@given(questions(min_golds=1), st.dictionaries(IDS, TEXTS))
def test_mrqa(pairs, predictions):
    assert close(scored(mrqa(pairs), predictions), score_mrqa(pairs, predictions))


@given(
    questions(min_golds=0),
    st.fixed_dictionaries(dict.fromkeys("hgfedcba", TEXTS)),
    st.none()
    | st.permutations("abcdefghi").flatmap(
        lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, ODDS))
    ),
    st.none() | ODDS,
)
def test_squad_2_with_odds_of_any_order(pairs, predictions, odds, threshold):
    expected = score_v2(pairs, predictions, odds, 1.0 if threshold is None else threshold)
    expected["exact_match"] = expected.pop("exact")
    result = scored(squad(pairs, version="v2.0"), predictions, odds, threshold)
    assert close(result, expected)
    assert set(result) == set(expected) | {"missing"}


@given(
    st.dictionaries(IDS, st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.2, 1 / 3, 2 / 3, 1]))),
    st.fixed_dictionaries(dict.fromkeys("abcdefgh", st.sampled_from(["", "x"]))),
    st.permutations("abcdefghi").flatmap(
        lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, ODDS))
    ),
)
def test_the_best_threshold_is_that_of_the_plain_rule_to_the_last_bit(scores, texts, odds):
    if not scores:
        scores = {"a": (True, 0.0)}
    ours = [QuestionScore(i, 0.0, float(f1), has_answer) for i, (has_answer, f1) in scores.items()]
    golds = {i: ["x"] * has_answer for i, (has_answer, _) in scores.items()}
    expected = best_cut(golds, texts, {i: f1 for i, (_, f1) in scores.items()}, odds)
    assert best_threshold(ours, texts, odds) == expected
