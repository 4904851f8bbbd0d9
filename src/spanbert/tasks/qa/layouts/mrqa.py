"""MRQA (shared task of 2019): a line with a header, then a context with its questions a line.

`answers` are the texts that count, found or not; `detected_answers` say where they stand, in spans
with inclusive ends. The markers [TLE], [DOC] and [PAR] stay in the context as plain text.
"""

from typing import Any

from spanbert.tasks.qa.layouts.record import (
    RawAnswer,
    Record,
    dicts_in,
    list_in,
    marked_impossible,
)

_SPANS = "char_spans"


def mrqa_records(fields: dict[str, Any], line: int) -> list[Record]:
    """The questions of a line; none of a header."""
    if "header" in fields and "qas" not in fields:
        return []
    return [_record(raw, fields.get("context"), line) for raw in dicts_in(fields, "qas")]


def _record(raw: dict[str, Any], context: Any, line: int) -> Record:
    return Record(
        id=raw.get("qid"),
        question=raw.get("question"),
        context=context,
        gold=list_in(raw, "answers"),
        answers=_detected(raw),
        is_impossible=marked_impossible(raw),
        line=line,
    )


def _detected(raw: dict[str, Any]) -> list[RawAnswer] | None:
    """Every place of every answer, the earliest first (SpanBERT trains on that one)."""
    if list_in(raw, "detected_answers") is None:
        return None
    answers = [
        RawAnswer(answer.get("text"), *_half_open(span), _SPANS)
        for answer in dicts_in(raw, "detected_answers")
        for span in list_in(answer, _SPANS) or [None]
    ]
    return sorted(answers, key=lambda answer: (answer.start, answer.end))


def _half_open(span: Any) -> tuple[int, int]:
    """[start, end) of an inclusive pair; nothing, before the text, of anything else."""
    match span:
        case [int(first), int(last)]:
            return first, last + 1
        case _:
            return -1, -1
