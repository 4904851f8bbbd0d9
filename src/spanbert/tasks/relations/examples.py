"""Files of relations -> sentences with two entities: TACRED's JSON, or its objects one a line.

Fields: id, token (a list of words), subj_start, subj_end, obj_start, obj_end (places of words, ends
included), subj_type, obj_type, relation; others are not looked at. Without an id it is the place in
the file, from 0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.contents import is_text, load_json, parse_json, read_lines
from spanbert.tasks.ledger import Ledger

_PARTING = re.compile(r"[\t\r\n]")
# as the Penn Treebank writes brackets, in any case
_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A part of a text."""

    start: int  # characters, half-open
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class RelationExample:
    """A sentence, two entities in it, and how the first is related to the second."""

    id: str
    text: str
    subject: Entity
    object: Entity
    relation: str | None = None  # None: not annotated


def read_relations(path: Path) -> ExampleFile[RelationExample]:
    """The examples of a file with relations.

    Raises:
        DataError: the file cannot be read, is in no known layout, holds no example, or more than
            1 % of them are broken.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    examples: dict[str, RelationExample] = {}
    seen = Ledger("example", "example")
    for record, place_id, line in _records(path):
        seen.num_seen += 1
        fault = _fault(record, need_relation=True)
        if not fault and place_id in examples:
            fault = "its id was used before"
        if fault:
            seen.leave_out(fault, place_id, line)
        else:
            examples[place_id] = _example(record, place_id, record["relation"])
    seen.require_few(path)
    _require_some(examples, path)
    return ExampleFile(list(examples.values()), dict(seen.reasons))


def read_unlabelled(path: Path) -> list[RelationExample]:
    """The examples of a file, whose relations are not looked at; all, for a prediction of each.

    Raises:
        DataError: as `read_relations`, or an example is broken; it names the first.
        IntegrityError, DependencyError: as `read_relations`.
    """
    examples: dict[str, RelationExample] = {}
    for record, place_id, line in _records(path):
        fault = _fault(record, need_relation=False)
        if not fault and place_id in examples:
            fault = "its id was used before"
        if fault:
            place = f"{path}:{line}" if line else str(path)
            remedy = "correct it: each example needs a prediction"
            raise DataError(f"example {place_id!r}: {fault}", place=place, remedy=remedy)
        examples[place_id] = _example(record, place_id, None)
    _require_some(examples, path)
    return list(examples.values())


def _records(path: Path) -> Iterator[tuple[Any, str, int]]:
    """Each example as it stands in the file, its id, and its line; 0 where that is no place."""
    lines = read_lines(path)
    _, first = next(lines, (0, None))
    if first is not None and first.lstrip().startswith(b"["):
        records = ((record, 0) for record in load_json(path))
    else:
        records = ((_value(line), number) for number, line in read_lines(path))
    for place, (record, line) in enumerate(records):
        named = record.get("id") if isinstance(record, dict) else None
        yield record, str(place if named is None else named), line


def _value(line: bytes | None) -> Any:
    """What a line stands for; None where it is not JSON, or too long."""
    try:
        return None if line is None else parse_json(line)
    except ValueError:
        return None


def _fault(record: Any, *, need_relation: bool) -> str:
    """Why an example cannot be used, or ""."""
    if not isinstance(record, dict):
        return "not a JSON object"
    words = record.get("token")
    if not isinstance(words, list) or not words or not all(map(is_text, words)):
        return "token is no list of words, or one is half a surrogate pair"
    for role in ("subj", "obj"):
        start, end = record.get(f"{role}_start"), record.get(f"{role}_end")
        if type(start) is not int or type(end) is not int or not 0 <= start <= end < len(words):
            return f"{role}_start and {role}_end are no words of it"
        if not is_text(record.get(f"{role}_type")):
            return f"{role}_type is no text"
    relation = record.get("relation")
    if need_relation and not (is_text(relation) and relation):
        return "relation is no text"
    if not is_text(str(record.get("id"))):
        return "id is no text"
    for name in ("id", "relation") if need_relation else ("id",):  # cells where they are predicted
        if _PARTING.search(str(record.get(name))):
            return f"{name} has a tab or a line end in it"
    return ""


def _example(record: dict[str, Any], place_id: str, relation: str | None) -> RelationExample:
    given: list[str] = record["token"]
    words = [_BRACKETS.get(word.lower(), word) for word in given]
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)  # and the space behind it
    subject, object_ = (
        Entity(
            starts[record[f"{role}_start"]],
            starts[record[f"{role}_end"] + 1] - 1,
            record[f"{role}_type"],
        )
        for role in ("subj", "obj")
    )
    return RelationExample(place_id, " ".join(words), subject, object_, relation)


def _require_some(examples: dict[str, RelationExample], path: Path) -> None:
    if not examples:
        raise DataError(
            "no example", place=str(path), remedy="pass TACRED's JSON, or its objects one a line"
        )
