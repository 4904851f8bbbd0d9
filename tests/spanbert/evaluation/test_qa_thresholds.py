"""Scores at thresholds; the best one is held against plain rules in `test_qa_oracle.py`."""

import pytest

from spanbert.evaluation.qa_questions import QuestionScore, question_scores
from spanbert.evaluation.qa_thresholds import best_threshold, with_threshold
from spanbert.tasks.qa.examples import Question


def test_above_a_threshold_only_those_without_an_answer_are_right():
    scores = [
        QuestionScore("a", 0.0, 0.5, True),
        QuestionScore("b", 0.0, 0.0, False),
        QuestionScore("c", 0.0, 0.0, False),
        QuestionScore("d", 1.0, 1.0, True),
    ]
    odds = {"a": 0.6, "b": 0.6, "d": 0.5}
    none = with_threshold(scores, {"a", "b", "d"}, odds, 0.5)  # c has no prediction
    assert [(score.exact, score.f1) for score in none] == [(0, 0), (1, 1), (0, 0), (1, 1)]
    assert [score.id for score in none] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("metric", "expected"), [("exact", (50, 0.0)), ("f1", (75, -1.5))])
def test_each_metric_has_a_best_threshold_of_its_own(metric, expected):
    scores = [QuestionScore("a", 0.0, 0.5, True), QuestionScore("b", 1.0, 1.0, False)]
    assert (
        best_threshold(scores, {"a": "x", "b": ""}, {"a": -1.5, "b": 4.0}, metric=metric)
        == expected
    )


def test_a_question_without_a_prediction_brings_no_threshold_a_point():
    questions = [Question("a", "?", "c"), Question("b", "?", "c")]
    texts = {"b": ""}
    scores = question_scores(questions, texts, allows_none=True)
    assert best_threshold(scores, texts, {"a": 0.0, "b": 0.0}) == (50, 0.0)
