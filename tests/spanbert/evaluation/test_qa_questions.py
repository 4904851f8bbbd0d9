"""Scores of single questions; whole files are scored in `test_qa.py`."""

import pytest

from spanbert.errors import DataError
from spanbert.evaluation.qa_questions import question_scores
from spanbert.tasks.qa.examples import Question


def test_questions_are_scored_one_by_one_in_their_order():
    questions = [
        Question("b", "?", "c", gold=("red kite", "kite")),
        Question("a", "?", "c"),
        Question("c", "?", "c", gold=("x",)),
    ]
    scores = question_scores(questions, {"a": "", "b": "red kites kite"}, allows_none=True)
    assert [(s.id, s.exact, s.has_answer) for s in scores] == [
        ("b", 0, True),
        ("a", 1, False),
        ("c", 0, True),
    ]
    assert scores[0].f1 == pytest.approx(0.8)  # 2 of 3 and 2 of 2


def test_by_the_rules_of_squad_1_a_question_must_have_an_answer():
    questions = [Question("a", "?", "c")]
    assert question_scores(questions, {}, allows_none=False)[0].exact == 0
    with pytest.raises(DataError, match="no gold answer to question 'a'"):
        question_scores(questions, {"a": ""}, allows_none=False)
