"""A model and questions with gold answers -> the score of each, and the no-answer threshold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from spanbert.evaluation.qa import QuestionScore, best_threshold, question_scores
from spanbert.tasks.qa.answers import Prediction
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.predict import QuestionAnswerer


@dataclass(frozen=True)
class Scored:
    """Questions, with a prediction and a score for each, in order."""

    questions: list[Question]
    predictions: list[Prediction]
    scores: list[QuestionScore]

    @property
    def figures(self) -> dict[str, float]:
        """exact_match and f1 in percent, each question counting alike, and num_questions."""
        total = len(self.scores)
        exact, f1 = sum(one.exact for one in self.scores), sum(one.f1 for one in self.scores)
        return {"exact_match": 100 * exact / total, "f1": 100 * f1 / total, "num_questions": total}


class Choice(NamedTuple):
    """By what models are chosen, and with which threshold one is used."""

    score: float  # F1 on dev in percent
    null_threshold: float | None  # margin above which there is no answer; None: there always is


def score_files(answerer: QuestionAnswerer, files: Sequence[Sequence[Question]]) -> Scored:
    """Answer the questions of some files and score them, each file by its own rules.

    A file with an impossible question is scored by the rules of SQuAD 2.0, else by those of 1.1.
    """
    found = Scored([], [], [])
    for questions in files:
        predictions = answerer.predictions(questions)
        texts = {prediction.id: prediction.text for prediction in predictions}
        found.questions.extend(questions)
        found.predictions.extend(predictions)
        found.scores.extend(question_scores(questions, texts, allows_none=allow_none([questions])))
    return found


def choose_by_dev(answerer: QuestionAnswerer, files: Sequence[Sequence[Question]]) -> Choice:
    """F1 on dev, or where questions are impossible the best F1 over thresholds.

    **Differs** from the official script where no answer at all is best: that says 0, which is right
    for probabilities and not for margins. Here it is just below the least margin.

    Args:
        answerer: gives every question an answer.
    """
    if not allow_none(files):
        return Choice(score_files(answerer, files).figures["f1"], None)
    texts: dict[str, str] = {}
    margins: dict[str, float] = {}
    scores: list[QuestionScore] = []
    for number, questions in enumerate(files):  # two files may use the same ids
        predictions = answerer.predictions(questions)
        best = {p.id: p.candidates[0].text if p.candidates else "" for p in predictions}
        texts |= {f"{number} {key}": text for key, text in best.items()}
        margins |= {f"{number} {p.id}": p.no_answer_margin for p in predictions}
        found = question_scores(questions, best, allows_none=True)
        scores += [replace(score, id=f"{number} {score.id}") for score in found]
    best_f1, threshold = best_threshold(scores, texts, margins, metric="f1")
    f1_of_none = 100 * sum(not score.has_answer for score in scores) / len(scores)
    if best_f1 == f1_of_none:
        threshold = math.nextafter(min(margins.values()), -math.inf)
    return Choice(best_f1, threshold)


def allow_none(files: Sequence[Sequence[Question]]) -> bool:
    """Whether some question has no answer."""
    return any(question.is_impossible for file in files for question in file)
