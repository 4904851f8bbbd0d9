"""Exact match and F1 of answers, equal to the official scorers of SQuAD 1.1 and 2.0.

Where no question of the gold file is impossible, the rules of 1.1 hold; else those of 2.0, whose
script gives the parts over questions with and without an answer too.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.qa.examples import load_json, squad_records

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class _Gold:
    """What the scorer needs of a question."""

    id: str
    answers: list[str]
    is_impossible: bool


@dataclass(frozen=True)
class _Score:
    """One question's part, each 0 to 1."""

    exact: float
    f1: float
    has_answer: bool


@dataclass(frozen=True)
class QuestionScore:
    """One question's part, each 0 to 1."""

    id: str
    exact: float
    f1: float
    has_answer: bool


def score_qa(gold_path: Path, predictions_path: Path) -> dict[str, float]:
    """Percentages `exact_match` and `f1`, and the counts `total` and `missing`.

    With impossible questions in the gold file, also `HasAns_exact`, `HasAns_f1`, `HasAns_total`
    and the same for `NoAns_`, where there are such questions.

    **Differs:** a question without a prediction counts as 0 in 2.0 too, where the official script
    leaves it out of the total.

    Raises:
        DataError: a file cannot be read, or is not in its layout.
    """
    gold = _read_gold(gold_path)
    predictions = _read_predictions(predictions_path)
    allows_none = any(question.is_impossible for question in gold)
    score = _score_v2 if allows_none else _score_v1
    scores = [score(question, predictions.get(question.id)) for question in gold]
    result = _means(scores, "exact_match", "f1", "total")
    if allows_none:
        for prefix, side in (("HasAns", True), ("NoAns", False)):
            part = [s for s in scores if s.has_answer == side]
            result |= _means(part, f"{prefix}_exact", f"{prefix}_f1", f"{prefix}_total")
    return result | {"missing": sum(question.id not in predictions for question in gold)}


def normalize_answer(text: str) -> str:
    """Lower case, without ASCII punctuation and articles, single spaces."""
    bare = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(gold: str, predicted: str) -> float:
    """1 where both are equal after normalisation, else 0."""
    return float(normalize_answer(gold) == normalize_answer(predicted))


def token_f1(gold: str, predicted: str) -> float:
    """F1 of the two bags of words; 0 where they share none."""
    gold_words, words = normalize_answer(gold).split(), normalize_answer(predicted).split()
    num_shared = (Counter(gold_words) & Counter(words)).total()
    if not num_shared:
        return 0.0
    precision, recall = num_shared / len(words), num_shared / len(gold_words)
    return 2 * precision * recall / (precision + recall)


def _score_v1(question: _Gold, predicted: str | None) -> _Score:
    return _Score(
        _best(exact_match, question.answers, predicted),
        _best(token_f1, question.answers, predicted),
        has_answer=True,
    )


def _score_v2(question: _Gold, predicted: str | None) -> _Score:
    answers = [text for text in question.answers if normalize_answer(text)] or [""]
    return _Score(
        _best(exact_match, answers, predicted),
        _best(_f1_or_both_empty, answers, predicted),
        has_answer=bool(question.answers),
    )


def _best(
    score: Callable[[str, str], float], answers: Iterable[str], predicted: str | None
) -> float:
    return 0.0 if predicted is None else max(score(gold, predicted) for gold in answers)


def _f1_or_both_empty(gold: str, predicted: str) -> float:
    if normalize_answer(gold) and normalize_answer(predicted):
        return token_f1(gold, predicted)
    return exact_match(gold, predicted)


def _means(scores: Sequence[_Score], exact: str, f1: str, total: str) -> dict[str, float]:
    """Means in percent under these names; nothing for no question."""
    if not scores:
        return {}
    return {
        exact: 100 * sum(score.exact for score in scores) / len(scores),
        f1: 100 * sum(score.f1 for score in scores) / len(scores),
        total: len(scores),
    }


def _read_gold(path: Path) -> list[_Gold]:
    gold = []
    for number, (_, _, raw) in enumerate(squad_records(path)):
        try:
            answers = [answer["text"] for answer in raw["answers"]]
            is_impossible = bool(raw.get("is_impossible", False)) or not answers
            gold.append(_Gold(str(raw["id"]), answers, is_impossible))
        except (KeyError, TypeError) as error:
            raise DataError(
                f"question {number} (id {raw.get('id')!r}) lacks an id or answers with text",
                place=str(path),
                remedy="pass a SQuAD file with gold answers",
            ) from error
    if not gold:
        raise DataError("no question", place=str(path), remedy="pass a SQuAD file with questions")
    return gold


def _read_predictions(path: Path) -> dict[str, str]:
    predictions = load_json(path)
    is_object = isinstance(predictions, dict)
    if not is_object or not all(isinstance(text, str) for text in predictions.values()):
        raise DataError(
            "not a JSON object of question id -> answer text",
            place=str(path),
            remedy="make it with `spanbert predict qa`",
        )
    return predictions
