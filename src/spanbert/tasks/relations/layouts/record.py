"""What every layout gives of an example: words, both entities, a relation; or what is broken."""

from typing import Any, NamedTuple, TypeGuard

from spanbert.tasks.contents import is_text

ENTITY = "ENTITY"  # the type of every entity where a layout has no types


class EntityWords(NamedTuple):
    """Where an entity stands, and what it is."""

    start: int  # words, half-open
    end: int
    type: str


_NOWHERE = EntityWords(0, 0, "")


class Record(NamedTuple):
    """An example of a file, whose id and relation are not checked."""

    id: str  # its place in the file where it has none
    line: int  # where it begins, from 1; 0 where a line is no place
    fault: str = ""  # why it cannot be used, whatever its relation is, or ""
    words: tuple[str, ...] = ()  # this and the entities are empty with a fault
    subject: EntityWords = _NOWHERE
    object: EntityWords = _NOWHERE
    relation: Any = None  # as it stands in the file; None: there is none


def are_words(value: Any) -> TypeGuard[list[str]]:
    """Whether this is a list of words with something in it."""
    return isinstance(value, list) and bool(value) and all(map(is_text, value))
