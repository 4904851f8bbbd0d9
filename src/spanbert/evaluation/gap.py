"""Gold and predicted answers of GAP -> F1, by the pronoun's gender, and their ratio."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.evaluation.ratio import percentages, ratio
from spanbert.tasks.coref.gap import Answer, GapExample, read_answers, read_gap
from spanbert.tasks.ledger import require_whole

_GENDERS: dict[str, str] = {
    **dict.fromkeys(("she", "her", "hers"), "feminine"),
    **dict.fromkeys(("he", "his", "him"), "masculine"),
}


def score_gap(gold: Path, predictions: Path) -> dict[str, Any]:
    """What `spanbert score gap` prints: `gap_scores` of two files.

    Raises:
        DataError: a file cannot be read, or the gold file has anything that is broken.
    """
    read = read_gap(gold)
    require_whole(gold, read.skipped)
    return gap_scores(read.examples, read_answers(predictions))


def gap_scores(examples: Iterable[GapExample], answers: Mapping[str, Answer]) -> dict[str, Any]:
    """`overall`, `masculine` and `feminine` with recall, precision and f1 in percent; `bias`.

    As in the official script, each name of each example counts by itself, an example without an
    answer counts as two gold names that were missed, and `bias` is feminine over masculine F1: None
    where either is 0. `total` and `missing` count examples, `unknown` answers to none of them.

    Raises:
        DataError: a pronoun has neither gender.
    """
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("overall", "masculine", "feminine")
    }
    known: set[str] = set()
    for example in examples:
        known.add(example.id)
        outcomes = _outcomes(example, answers.get(example.id))
        counts["overall"].update(outcomes)
        counts[_gender(example)].update(outcomes)
    scores = {name: _scores(own) for name, own in counts.items()}
    feminine, masculine = scores["feminine"]["f1"], scores["masculine"]["f1"]
    bias = feminine / masculine if feminine and masculine else None
    missing, unknown = len(known - answers.keys()), len(answers.keys() - known)
    return scores | {"bias": bias, "total": len(known), "missing": missing, "unknown": unknown}


def _gender(example: GapExample) -> str:
    gender = _GENDERS.get(example.pronoun.lower())
    if gender is None:
        cause = f"the pronoun of example {example.id!r} is {example.pronoun!r}"
        raise DataError(cause, remedy=f"one of {', '.join(_GENDERS)}")
    return gender


def _outcomes(example: GapExample, answer: Answer | None) -> list[str]:
    """What became of each of the two names."""
    if answer is None:
        return ["missed", "missed"]
    names = {(True, True): "right", (True, False): "missed", (False, True): "wrong"}
    pairs = zip((example.is_a, example.is_b), answer, strict=True)
    return [names.get(pair, "left out") for pair in pairs]


def _scores(counts: Counter[str]) -> dict[str, float]:
    right = counts["right"]
    return percentages(
        ratio(right, right + counts["missed"]), ratio(right, right + counts["wrong"])
    )
