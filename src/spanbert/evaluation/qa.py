"""Exact match and F1 of answers, equal to the official scorers of SQuAD 1.1, SQuAD 2.0 and MRQA.

The rules of 2.0 hold where the gold file says of questions whether they have an answer, or where a
threshold for no answer is used; else those of 1.1, which are MRQA's too.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from spanbert.errors import ConfigError
from spanbert.evaluation.qa_files import (
    GoldFile,
    GoldQuestion,
    read_gold,
    read_odds,
    read_predictions,
)
from spanbert.evaluation.qa_questions import QuestionScore, question_scores
from spanbert.evaluation.qa_thresholds import best_threshold, with_threshold

_DEFAULT_THRESHOLD = 1.0  # of the official script of SQuAD 2.0


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
    allows_none = _allows_none(gold, with_odds=with_odds)
    questions = _scored(gold, allows_none=allows_none)
    texts = read_predictions(predictions_path, [question.id for question in questions])
    odds = dict.fromkeys(texts, 0.0) if odds_path is None else read_odds(odds_path, texts)
    raw = question_scores(questions, texts, allows_none=allows_none)
    limit = _DEFAULT_THRESHOLD if threshold is None else threshold
    scores = with_threshold(raw, texts, odds, limit)
    result = _means(scores, "exact_match", "f1", "total")
    if allows_none:
        result |= _parts(scores)
    if odds_path is not None:
        result |= _best(raw, texts, odds)
    return result | {"missing": sum(question.id not in texts for question in questions)}


def _allows_none(gold: GoldFile, *, with_odds: bool) -> bool:
    """Whether the rules of 2.0 hold."""
    if with_odds and gold.layout == "mrqa":
        remedy = "leave out the odds and the threshold"
        raise ConfigError("MRQA has no questions without an answer", remedy=remedy)
    return gold.allows_none or with_odds


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


def _best(
    scores: Sequence[QuestionScore], texts: Mapping[str, str], odds: Mapping[str, int | float]
) -> dict[str, float]:
    """What the best threshold for each metric gives."""
    best: dict[str, float] = {}
    for metric in ("exact", "f1"):
        value, threshold = best_threshold(scores, texts, odds, metric=metric)
        best |= {f"best_{metric}": value, f"best_{metric}_thresh": threshold}
    return best


def _means(scores: Sequence[QuestionScore], exact: str, f1: str, total: str) -> dict[str, float]:
    """Means in percent under these names; nothing for no question."""
    if not scores:
        return {}
    return {
        exact: 100 * sum(score.exact for score in scores) / len(scores),
        f1: 100 * sum(score.f1 for score in scores) / len(scores),
        total: len(scores),
    }
