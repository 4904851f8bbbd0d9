"""Files of relations, in any of their `layouts`, -> sentences with two entities."""

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.contents import is_text
from spanbert.tasks.ledger import Ledger
from spanbert.tasks.relations.layouts.recognised import KNOWN_LAYOUTS, read_records
from spanbert.tasks.relations.layouts.record import EntityWords, Record

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
    for record in read_records(path):
        seen.num_seen += 1
        fault = _fault(record, examples) or _relation_fault(record.relation)
        if fault:
            seen.leave_out(fault, record.id, record.line)
        else:
            examples[record.id] = _example(record, record.relation)
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
    for record in read_records(path):
        fault = _fault(record, examples)
        if fault:
            place = f"{path}:{record.line}" if record.line else str(path)
            remedy = "correct it: each example needs a prediction"
            raise DataError(f"example {record.id!r}: {fault}", place=place, remedy=remedy)
        examples[record.id] = _example(record, None)
    _require_some(examples, path)
    return list(examples.values())


def _fault(record: Record, known: Container[str]) -> str:
    """Why an example cannot be used, whatever its relation is, or ""."""
    if record.fault:
        return record.fault
    if not is_text(record.id):
        return "id is no text"
    if _PARTING.search(record.id):
        return "id has a tab or a line end in it"
    return "its id was used before" if record.id in known else ""


def _relation_fault(relation: object) -> str:
    if relation is None:
        return "it has no relation"
    if not (is_text(relation) and relation):
        return "relation is no text"
    return "relation has a tab or a line end in it" if _PARTING.search(relation) else ""


def _example(record: Record, relation: str | None) -> RelationExample:
    words = [_BRACKETS.get(word.lower(), word) for word in record.words]
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)  # and the space behind it

    def entity(place: EntityWords) -> Entity:
        return Entity(starts[place.start], starts[place.end] - 1, place.type)

    subject, object_ = entity(record.subject), entity(record.object)
    return RelationExample(record.id, " ".join(words), subject, object_, relation)


def _require_some(examples: dict[str, RelationExample], path: Path) -> None:
    if not examples:
        raise DataError("no example", place=str(path), remedy=f"pass {KNOWN_LAYOUTS}")
