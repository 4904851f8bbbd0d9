"""Exact match and F1 of answers, equal to the official scorers of SQuAD 1.1, SQuAD 2.0 and MRQA.

The rules of 2.0 hold where the gold file says of questions whether they have an answer, or where a
threshold for no answer is used; else those of 1.1, which are MRQA's too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from spanbert.errors import ConfigError, DataError
from spanbert.evaluation.qa_files import (
    GoldFile,
    GoldQuestion,
    read_gold,
    read_odds,
    read_predictions,
)
from spanbert.evaluation.qa_words import WordsOf, exact_match, word_f1, word_f1_or_none
from spanbert.tasks.qa.examples import Question

_DEFAULT_THRESHOLD = 1.0  # of the official script of SQuAD 2.0


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """The score of one question, each part 0 to 1."""

    id: str
    exact: float
    f1: float
    has_answer: bool


def score_qa(
    gold_path: Path,
    predictions_path: Path,
    *,
    odds_path: Path | None = None,
    threshold: int | float | None = None,
) -> dict[str, float]:
    """Percentages `exact_match` and `f1`, and the counts `total` and `missing`.

    By the rules of SQuAD 2.0 also `HasAns_exact`, `HasAns_f1`, `HasAns_total` and the same for
    `NoAns_`, where there are such questions; with odds also the best scores that any threshold
    gives, `best_exact` at `best_exact_thresh` and `best_f1` at `best_f1_thresh`.

    **Differs:** a question without a prediction counts as 0 in 2.0 too, where the official script
    fails. Ids that are numbers in the gold file are found, too.

    Args:
        odds_path: question id -> how sure it is that there is no answer, probabilities or any
            other numbers; 0 for each without a file.
        threshold: odds above it make the answer none; 1 when left out.

    Raises:
        DataError: a file cannot be read or scored.
        ConfigError: odds or a threshold for MRQA, where each question has an answer.
    """
    gold = read_gold(gold_path)
    with_odds = odds_path is not None or threshold is not None
    if with_odds and gold.layout == "mrqa":
        remedy = "leave out the odds and the threshold"
        raise ConfigError("MRQA has no questions without an answer", remedy=remedy)
    allows_none = gold.allows_none or with_odds
    questions = _scored(gold, allows_none=allows_none)
    texts = read_predictions(predictions_path, {question.id for question in questions})
    odds = dict.fromkeys(texts, 0.0) if odds_path is None else read_odds(odds_path, texts)
    raw = question_scores(questions, texts, allows_none=allows_none)
    scores = with_threshold(
        raw, texts, odds, _DEFAULT_THRESHOLD if threshold is None else threshold
    )
    result = _means(scores, "exact_match", "f1", "total")
    if allows_none:
        result |= _parts(scores)
    if odds_path is not None:
        for metric in ("exact", "f1"):
            best = best_threshold(raw, texts, odds, metric=metric)
            result[f"best_{metric}"], result[f"best_{metric}_thresh"] = best
    return result | {"missing": sum(question.id not in texts for question in questions)}


def question_scores(
    questions: Iterable[Question | GoldQuestion], texts: Mapping[str, str], *, allows_none: bool
) -> list[QuestionScore]:
    """The score of each question, in order; 0 where it has no prediction.

    Args:
        texts: answers by id; "" says that there is none.
        allows_none: the rules of SQuAD 2.0: a question without gold texts wants no answer, and
            golds of articles and punctuation alone are passed over. Else the rules of 1.1.

    Raises:
        DataError: a question has a prediction but no gold text, and must have one.
    """
    words_of = WordsOf()
    f1 = word_f1_or_none if allows_none else word_f1
    scores: list[QuestionScore] = []
    for question in questions:
        has_answer, text = bool(question.gold), texts.get(question.id)
        if text is None:
            scores.append(QuestionScore(question.id, 0.0, 0.0, has_answer))
            continue
        golds = [words_of[gold] for gold in dict.fromkeys(question.gold)]
        if allows_none:
            golds = [words for words in golds if words] or [[]]
        if not golds:
            remedy = "leave the question out, or give it an answer"
            raise DataError(f"no gold answer to question {question.id!r}", remedy=remedy)
        words = words_of[text]
        exact = max(exact_match(gold, words) for gold in golds)
        scores.append(
            QuestionScore(question.id, exact, max(f1(gold, words) for gold in golds), has_answer)
        )
    return scores


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


def _scored(gold: GoldFile, *, allows_none: bool) -> list[GoldQuestion]:
    """The questions that count: 1.1 takes each, the other scripts the last of each id."""
    if gold.layout == "mrqa" or allows_none:
        return list({question.id: question for question in gold.questions}.values())
    return gold.questions


def _parts(scores: Sequence[QuestionScore]) -> dict[str, float]:
    """Means over the questions with an answer, and over those without."""
    parts: dict[str, float] = {}
    for prefix, side in (("HasAns", True), ("NoAns", False)):
        part = [score for score in scores if score.has_answer == side]
        parts |= _means(part, f"{prefix}_exact", f"{prefix}_f1", f"{prefix}_total")
    return parts


def _means(scores: Sequence[QuestionScore], exact: str, f1: str, total: str) -> dict[str, float]:
    """Means in percent under these names; nothing for no question."""
    if not scores:
        return {}
    return {
        exact: 100 * sum(score.exact for score in scores) / len(scores),
        f1: 100 * sum(score.f1 for score in scores) / len(scores),
        total: len(scores),
    }
