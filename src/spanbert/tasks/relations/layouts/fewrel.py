"""FewRel: one object of JSON, from each relation's id in Wikidata to a list of its examples.

`{"P931": [{"tokens": [word, ...], "h": [name, id, [[place, ...], ...]], "t": ...}, ...], ...}`; h
is the subject and t the object. Of the lists of places, one for each mention, the first counts.
The relation is its id, and the ids of examples are made of it and of their places: P931-0.
"""

from collections.abc import Iterator
from typing import Any

from spanbert.tasks.relations.layouts.record import ENTITY, EntityWords, Record, are_words


def fewrel_records(content: dict[str, Any]) -> Iterator[Record]:
    """The examples of a parsed file, in order."""
    for relation, rows in content.items():
        if isinstance(rows, list):
            for place, row in enumerate(rows):
                yield _record(row, f"{relation}-{place}", relation)
        else:
            yield Record(relation, 0, "not a list of examples")


def _record(row: Any, example_id: str, relation: str) -> Record:
    if not isinstance(row, dict):
        return Record(example_id, 0, "not a JSON object")
    words = row.get("tokens")
    if not are_words(words):
        fault = "tokens are no list of words, or one is half a surrogate pair"
        return Record(example_id, 0, fault)
    subject, object_ = (_first_mention(row.get(role), len(words)) for role in ("h", "t"))
    if not subject or not object_:
        return Record(example_id, 0, f"{'t' if subject else 'h'} stands at no words of it")
    return Record(example_id, 0, "", tuple(words), subject, object_, relation)


def _first_mention(entity: Any, num_words: int) -> EntityWords | None:
    match entity:
        case [_, _, [[*places], *_]] if places:
            if all(type(place) is int and 0 <= place < num_words for place in places):
                return EntityWords(min(places), max(places) + 1, ENTITY)
    return None
