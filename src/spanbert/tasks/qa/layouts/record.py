"""What every layout gives of a question: fields as they stand in the file, nothing checked.

`checking.py`, a folder up, tells what can be used; the scorer asks for less than training does.
"""

from typing import Any, NamedTuple


class RawAnswer(NamedTuple):
    """An answer that a file places in the context; its fields may be anything."""

    text: Any
    start: Any  # character offset; None: wherever the text first stands
    end: Any = None  # None: as long as the text. Else the text need only be spelt alike there
    offset_name: str = "start"  # what the layout calls the offset


class Record(NamedTuple):
    """A question with its context; its fields may be anything where no type says more."""

    id: Any = None
    question: Any = None
    context: Any = None
    title: str = ""
    gold: list[Any] | None = None  # texts that a prediction is scored against; None: no list
    answers: list[RawAnswer] | None = None  # None: no list
    is_impossible: Any = False
    may_be_impossible: bool = False  # the file says of it whether it has an answer, as SQuAD 2.0
    line: int = 0  # of the file, from 1; 0 where a line is no place


def dicts_in(record: Any, key: str) -> list[dict[str, Any]]:
    """The dicts in a list field; a malformed list or item is one empty dict."""
    items = list_in(record, key)
    if items is None:
        return [{}]
    return [item if isinstance(item, dict) else {} for item in items]


def list_in(record: Any, key: str) -> list[Any] | None:
    """A list field; None where there is none."""
    items = record.get(key) if isinstance(record, dict) else None
    return items if isinstance(items, list) else None


def marked_impossible(record: dict[str, Any]) -> Any:
    """The mark of a question without an answer; False where there is none."""
    mark = record.get("is_impossible")
    return False if mark is None else mark
