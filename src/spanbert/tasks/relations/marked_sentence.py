"""Sentence with two marked entities, as a person writes it -> an example.

`<subject type=PER>Bill</subject> founded <object type=ORG>Microsoft</object>.` A type may be left
out. Behind a backslash `<` and a backslash are text; any other `<` is text as it is.
"""

import re
from dataclasses import dataclass, field

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import Entity, RelationExample

_TAG = re.compile(
    r"\\(?P<escaped>[\\<])"
    r"|<(?P<end>/?)(?P<role>subject|object)(?:\s+type=(?P<quote>[\"']?)(?P<type>[^\"'>\s]*)(?P=quote))?\s*>"
)
_ROLES = ("subject", "object")
_REMEDY = "write it like: <subject type=PER>Bill</subject> founded <object type=ORG>it</object>."


@dataclass
class _Reading:
    """What was read so far: the text without marks, and the entities in it."""

    text: str = ""
    starts: dict[str, tuple[int, str]] = field(default_factory=dict)  # place and type, by role
    entities: dict[str, Entity] = field(default_factory=dict)

    def mark(self, found: re.Match[str]) -> None:
        """Take a mark, or a sign behind a backslash."""
        role = found["role"]
        if not role:
            self.text += found["escaped"]
        elif found["end"]:
            self._end(role, found.start())
        elif role in self.starts:
            raise _refused(f"a second <{role}> at character {found.start()}")
        else:
            self.starts[role] = len(self.text), found["type"] or ""

    def _end(self, role: str, place: int) -> None:
        if role not in self.starts or role in self.entities:
            raise _refused(f"</{role}> at character {place} ends nothing")
        start, entity_type = self.starts[role]
        if not self.text[start:].strip():
            raise _refused(f"there is no word in the {role}")
        self.entities[role] = Entity(start, len(self.text), entity_type)


def read_marked_sentence(marked: str, example_id: str = "0") -> RelationExample:
    """The example that a marked sentence is; an entity without a type has the type "".

    Raises:
        DataError: an entity is missing, is there twice, is empty, or its marks do not fit.
    """
    reading, done = _Reading(), 0
    for found in _TAG.finditer(marked):
        reading.text += marked[done : found.start()]
        done = found.end()
        reading.mark(found)
    reading.text += marked[done:]
    for role in _ROLES:
        if role not in reading.starts:
            raise _refused(f"no <{role}> in the sentence")
        if role not in reading.entities:
            raise _refused(f"<{role}> without </{role}>")
    subject, object_ = (reading.entities[role] for role in _ROLES)
    return RelationExample(example_id, reading.text, subject, object_)


def _refused(cause: str) -> DataError:
    return DataError(cause, remedy=_REMEDY)
