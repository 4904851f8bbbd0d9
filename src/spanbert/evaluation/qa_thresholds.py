"""Scores and odds of no answer -> scores at a threshold, and the threshold that is best."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Literal

from spanbert.evaluation.qa_questions import QuestionScore


def with_threshold(
    scores: Iterable[QuestionScore],
    predicted: Collection[str],
    odds: Mapping[str, int | float],
    threshold: int | float,
) -> list[QuestionScore]:
    """The scores when the answer is none wherever its odds are above a threshold.

    Args:
        predicted: ids of the questions with a prediction; of others the score stays.
        odds: how sure it is that there is no answer, for each of them.
    """
    return [
        replace(score, exact=float(not score.has_answer), f1=float(not score.has_answer))
        if score.id in predicted and odds[score.id] > threshold
        else score
        for score in scores
    ]


def best_threshold(
    scores: Iterable[QuestionScore],
    texts: Mapping[str, str],
    odds: Mapping[str, int | float],
    *,
    metric: Literal["exact", "f1"] = "f1",
) -> tuple[float, int | float]:
    """The best mean in percent that any threshold gives, and the least such threshold.

    The official rule: from answering none, the questions are answered one after another, from the
    least odds on, those of equal odds in their order in `odds`; the threshold is 0 where it is best
    to answer none.

    Args:
        scores: before any threshold.
        texts: answers by id; what is "" there is none at any threshold.
        odds: how sure it is that there is no answer; any numbers, such as margins of scores. What
            has no score is passed over.
    """
    by_id = {score.id: score for score in scores}
    predicted = {key: score for key, score in by_id.items() if key in texts}
    best = current = sum(not score.has_answer for score in predicted.values())
    threshold = 0.0
    for question_id in sorted(odds, key=odds.__getitem__):
        score = predicted.get(question_id)
        if score is None:
            continue
        if score.has_answer:
            current += getattr(score, metric)
        elif texts[question_id]:
            current -= 1
        if current > best:
            best, threshold = current, odds[question_id]
    return 100 * best / len(by_id), threshold
