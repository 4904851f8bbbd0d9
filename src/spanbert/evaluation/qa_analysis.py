"""Questions, predictions and their scores -> where a model is right, and how well it knows it.

`qa.py` scores each question; this file breaks the scores down by length of the answer, by question
word and by whether there is an answer, and compares confidence with success. The report shows it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spanbert.evaluation.qa import QuestionScore
from spanbert.shapes import Float
from spanbert.tasks.qa.answers import Prediction
from spanbert.tasks.qa.examples import Question

NUM_BINS = 10  # of confidence, as in Guo et al. (2017), "On calibration of modern neural networks"
NUM_WORST = 10
MAX_SHOWN_CHARACTERS = 300  # of a text among the worst errors
OTHER = "other"
_LENGTHS = {"1": 1, "2": 2, "3–4": 4, "5–8": 8}  # words at most; longer answers are:
_LONGEST = "9+"
_WORDS = ("what", "who", "when", "where", "which", "why", "how")
_QUESTION_WORD = re.compile(
    r"\b(?:(who)(?:m|se)?|(what|when|where|which|why|how))\b", re.IGNORECASE
)

Scored = tuple[Question, Prediction, QuestionScore]


def qa_analysis(
    questions: Sequence[Question],
    predictions: Sequence[Prediction],
    scores: Sequence[QuestionScore],
    *,
    show_examples: bool,
) -> dict[str, Any]:
    """Scores by part, calibration, and the worst errors, as plain dicts and lists.

    Args:
        predictions: one for each question, in the same order; `scores` likewise.
        show_examples: whether to keep texts of the worst errors, which may be private.

    Returns:
        `by_answer_length`, `by_question_word` and `by_answerability`, lists of parts that hold a
        question, with `exact_match` and `f1` in percent; `calibration`, whose shares lie in [0, 1];
        and `worst` if texts may be shown.
    """
    scored = list(zip(questions, predictions, scores, strict=True))
    assert all(q.id == p.id == s.id for q, p, s in scored), "the three are not in one order"
    with_answer = [one for one in scored if first_answer(one[0])]
    analysis = {
        "by_answer_length": _parts(
            with_answer, lambda one: answer_length(first_answer(one[0])), (*_LENGTHS, _LONGEST)
        ),
        "by_question_word": _parts(
            scored, lambda one: question_word(one[0].question), (*_WORDS, OTHER)
        ),
        "by_answerability": _parts(
            scored,
            lambda one: "has an answer" if one[2].has_answer else "has no answer",
            ("has an answer", "has no answer"),
        ),
        "calibration": calibration(
            np.array([p.probability for p in predictions], dtype=np.float64),
            np.array([s.exact for s in scores], dtype=np.float64),
        ),
    }
    return analysis | {"worst": worst_errors(scored)} if show_examples else analysis


def first_answer(question: Question) -> str:
    """The first text that the question is scored against and that holds a word, or ""."""
    texts = [*question.gold, *(answer.text for answer in question.answers)]
    return next((text for text in texts if text.strip()), "")


def answer_length(answer: str) -> str:
    """The class of an answer's length in words between white space."""
    length = len(answer.split())
    return next((name for name, most in _LENGTHS.items() if length <= most), _LONGEST)


def question_word(question: str) -> str:
    """The question word that comes first, whom and whose as who; "other" where there is none."""
    found = _QUESTION_WORD.search(question)
    return (found[1] or found[2]).lower() if found else OTHER


def calibration(
    confidences: Float[np.ndarray, " questions"], exact: Float[np.ndarray, " questions"]
) -> dict[str, Any]:
    """How often answers of like confidence are exactly right.

    Args:
        confidences: probability of each answer that was given, in [0, 1].
        exact: 1 where it is right.

    Returns:
        `bins` of equal width, each open below, without empty ones: mean `confidence`, share `exact`
        and `num_questions`; and `expected_error`, the mean over questions of how far the two lie
        apart in their bin. With bins of equal count it could not be compared with what others
        publish.
    """
    edges = np.linspace(0, 1, NUM_BINS + 1)
    numbers = np.searchsorted(edges[1:-1], confidences)
    bins = [
        {
            "confidence": float(confidences[inside].mean()),
            "exact": float(exact[inside].mean()),
            "num_questions": int(inside.sum()),
        }
        for inside in (numbers == n for n in np.unique(numbers))
    ]
    gaps = [abs(b["confidence"] - b["exact"]) * b["num_questions"] for b in bins]
    return {"bins": bins, "expected_error": sum(gaps) / max(len(confidences), 1)}


def worst_errors(scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """The answers with the least F1, of equals those that the model was surest of."""
    wrong = [one for one in scored if one[2].f1 < 1]
    ranked = sorted(wrong, key=lambda one: (one[2].f1, -one[1].probability))
    return [
        {
            "question": _shortened(question.question),
            "answer": _shortened(prediction.text),
            "gold": _shortened(first_answer(question)),
            "f1": 100 * score.f1,
            "probability": prediction.probability,
        }
        for question, prediction, score in ranked[:NUM_WORST]
    ]


def _parts(
    scored: Sequence[Scored], part_of: Callable[[Scored], str], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Means of the parts that hold a question, in the order of their names."""
    scores: dict[str, list[QuestionScore]] = {name: [] for name in names}
    for one in scored:
        scores[part_of(one)].append(one[2])
    return [
        {
            "name": name,
            "exact_match": 100 * sum(s.exact for s in part) / len(part),
            "f1": 100 * sum(s.f1 for s in part) / len(part),
            "num_questions": len(part),
        }
        for name, part in scores.items()
        if part
    ]


def _shortened(text: str) -> str:
    cut = MAX_SHOWN_CHARACTERS - 1
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:cut]}…"
