"""What the scorer reads: gold answers in any layout, predictions, and odds of no answer.

Of the gold file only ids and texts of answers are looked at, as the official scripts do: nothing is
left out, and what they could not score is refused.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from spanbert.errors import DataError
from spanbert.tasks.contents import load_json
from spanbert.tasks.qa.layouts.recognised import Layout, read_records


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """What the scorer needs of a question."""

    id: str
    gold: tuple[str, ...]


@dataclass(frozen=True)
class GoldFile:
    """The questions of a file, in order and with those whose id was used before."""

    questions: list[GoldQuestion]
    layout: Layout
    allows_none: bool  # it marks questions that have no answer, as SQuAD 2.0 does


def read_gold(path: Path) -> GoldFile:
    """Ids and gold texts.

    Raises:
        DataError: the file cannot be read, has no question, or one without an id or without a list
            of answers that have text.
    """
    questions: list[GoldQuestion] = []
    allows_none = False
    layout, records = read_records(path)
    for number, record in enumerate(records, start=1):
        if not isinstance(record.id, str | int) or not _are_texts(record.gold):
            raise DataError(
                f"question {number} (id {record.id!r}) lacks an id or answers with text",
                place=f"{path}:{record.line}" if record.line else str(path),
                remedy="pass a file with gold answers",
            )
        questions.append(GoldQuestion(str(record.id), tuple(record.gold)))
        allows_none = allows_none or record.may_be_impossible
    if not questions:
        raise DataError("no question", place=str(path), remedy="pass a file with questions")
    return GoldFile(questions, layout, allows_none)


def read_predictions(path: Path, asked: Collection[str]) -> dict[str, str]:
    """Question id -> answer text of the questions that were asked.

    Raises:
        DataError: the file is not a JSON object, or what it has for such a question is no text.
    """
    remedy = "make it with `spanbert predict qa`"
    content = _object(path, "answer text", remedy)
    given = {question_id: content[question_id] for question_id in asked if question_id in content}
    for question_id, text in given.items():
        if not isinstance(text, str):
            cause = f"not a text, but {_shown(text)}, for question {question_id!r}"
            raise DataError(cause, place=str(path), remedy=remedy)
    return given


def read_odds(path: Path, predicted: Collection[str]) -> dict[str, int | float]:
    """Question id -> how sure it is that there is no answer; of all questions in the file.

    Raises:
        DataError: the file is not a JSON object of numbers, or lacks a question with a prediction.
    """
    remedy = "write one number for each prediction"
    odds = _object(path, "number", remedy)
    for question_id, value in odds.items():
        if type(value) not in (int, float) or value != value:  # NaN; an integer may be of any size
            cause = f"not a number, but {_shown(value)}, for question {question_id!r}"
            raise DataError(cause, place=str(path), remedy=remedy)
    for question_id in predicted:
        if question_id not in odds:
            cause = f"no odds for question {question_id!r}, which has a prediction"
            raise DataError(cause, place=str(path), remedy=remedy)
    return odds


def _object(path: Path, noun: str, remedy: str) -> dict[str, Any]:
    content = load_json(path)
    if not isinstance(content, dict):
        cause = f"not a JSON object of question id -> {noun}"
        raise DataError(cause, place=str(path), remedy=remedy)
    return content


def _shown(value: Any) -> str:
    """So much of a value as a message has room for."""
    return repr(value)[:80]


def _are_texts(values: list[Any] | None) -> TypeGuard[list[str]]:
    return values is not None and all(isinstance(value, str) for value in values)
