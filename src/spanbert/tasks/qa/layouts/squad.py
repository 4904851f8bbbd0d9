"""SQuAD 1.1 and 2.0: one JSON object, articles > paragraphs > questions.

1.1 has an answer for each question, often several; 2.0 marks those without one as impossible.
"""

from collections.abc import Iterator
from typing import Any

from spanbert.tasks.qa.layouts.record import (
    RawAnswer,
    Record,
    dicts_in,
    list_in,
    marked_impossible,
)

_OFFSET = "answer_start"


def squad_records(content: dict[str, Any]) -> Iterator[Record]:
    """The questions of a parsed file, in order; what is malformed is a record without fields."""
    is_v2 = str(content.get("version", "")).lower().removeprefix("v").startswith("2")
    for article in dicts_in(content, "data"):
        title = str(article.get("title", ""))
        for paragraph in dicts_in(article, "paragraphs"):
            for raw in dicts_in(paragraph, "qas"):
                yield _record(raw, paragraph.get("context"), title, is_v2=is_v2)


def _record(raw: dict[str, Any], context: Any, title: str, *, is_v2: bool) -> Record:
    given = list_in(raw, "answers")
    gold = answers = None
    if given is not None:
        fields = dicts_in(raw, "answers")
        gold = [answer.get("text") for answer in fields]
        answers = [
            RawAnswer(answer.get("text"), _offset(answer), None, _OFFSET) for answer in fields
        ]
    return Record(
        id=raw.get("id"),
        question=raw.get("question"),
        context=context,
        title=title,
        gold=gold,
        answers=answers,
        is_impossible=marked_impossible(raw),
        may_be_impossible=is_v2 or "is_impossible" in raw or gold == [],
    )


def _offset(answer: dict[str, Any]) -> Any:
    """As it stands there; one that is missing must not be taken for one that is left open."""
    start = answer.get(_OFFSET)
    return "" if start is None else start
