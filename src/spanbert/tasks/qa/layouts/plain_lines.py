"""Our own layout for users' data: a question with its context a line.

`{"id": ..., "question": ..., "context": ..., "answers": [...]}`, where an answer is a text, or
`{"text": ..., "start": ...}` with its character offset. Without an offset, the first place of the
text counts. `"answers": []` or `"is_impossible": true` says that there is none.
"""

from typing import Any

from spanbert.tasks.qa.layouts.record import RawAnswer, Record, list_in, marked_impossible


def plain_records(fields: dict[str, Any], line: int) -> list[Record]:
    """The one question of a line."""
    given = list_in(fields, "answers")
    mark = marked_impossible(fields)
    if mark is True:
        given = []
    answers = None if given is None else [_answer(answer) for answer in given]
    record = Record(
        id=fields.get("id"),
        question=fields.get("question"),
        context=fields.get("context"),
        title=str(fields.get("title", "")),
        gold=None if answers is None else [answer.text for answer in answers],
        answers=answers,
        is_impossible=mark or given == [],
        may_be_impossible="is_impossible" in fields or given == [],
        line=line,
    )
    return [record]


def _answer(raw: Any) -> RawAnswer:
    if isinstance(raw, dict):
        return RawAnswer(raw.get("text"), raw.get("start"))
    return RawAnswer(raw, None)
