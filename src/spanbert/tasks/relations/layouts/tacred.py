"""TACRED: objects of JSON, in one list or one a line.

Fields: id, token (a list of words), subj_start, subj_end, obj_start, obj_end (places of words, ends
included), subj_type, obj_type, relation; others are not looked at. Without an id it is the place in
the file, from 0.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from spanbert.tasks.contents import is_text
from spanbert.tasks.relations.layouts.record import EntityWords, Record, are_words

# an object with one of them is an example
FIELDS = frozenset(
    f"{role}_{name}" for role in ("subj", "obj") for name in ("start", "end", "type")
) | {"id", "token", "relation"}


def tacred_records(rows: Iterable[tuple[Any, int]]) -> Iterator[Record]:
    """The examples of a file, in order.

    Args:
        rows: what each is in JSON, None where it is not JSON; and its line, or 0.
    """
    for place, (row, line) in enumerate(rows):
        named = row.get("id") if isinstance(row, dict) else None
        yield _record(row, str(place if named is None else named), line)


def _record(row: Any, example_id: str, line: int) -> Record:
    if not isinstance(row, dict):
        return Record(example_id, line, "not a JSON object")
    words = row.get("token")
    if not are_words(words):
        fault = "token is no list of words, or one is half a surrogate pair"
        return Record(example_id, line, fault)
    entities: list[EntityWords] = []
    for role in ("subj", "obj"):
        start, end = row.get(f"{role}_start"), row.get(f"{role}_end")
        entity_type = row.get(f"{role}_type")
        if type(start) is not int or type(end) is not int or not 0 <= start <= end < len(words):
            return Record(example_id, line, f"{role}_start and {role}_end are no words of it")
        if not is_text(entity_type):
            return Record(example_id, line, f"{role}_type is no text")
        entities.append(EntityWords(start, end + 1, entity_type))
    subject, object_ = entities
    return Record(example_id, line, "", tuple(words), subject, object_, row.get("relation"))
