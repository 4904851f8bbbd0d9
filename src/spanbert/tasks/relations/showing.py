"""Sentence with two entities -> how it is shown to the model (SpanBERT, section 4.1).

| way | shown |
|---|---|
| ner (the paper's) | a marker for its role and type stands in place of each entity |
| text | markers around each entity |
| text_ner | the same; behind the sentence, parted by [SEP], the markers of both types |
| ner_text | as ner; behind the sentence, parted by [SEP], the words of both |
| typed_markers | `@ * type * words @` and `# ^ type ^ words #` in plain pieces |

The first four are the published code's. The last came later and is stronger (Zhou and Chen, 2022);
**Differs:** the classifier reads [CLS] here, where they read the vectors of both first marks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from spanbert.tasks.relations.config import Showing
from spanbert.tasks.relations.examples import Entity, RelationExample

Role = str  # "subject" or "object"
SEP = "[SEP]"
_PLAIN: dict[Role, tuple[str, str]] = {"subject": ("@", "*"), "object": ("#", "^")}
# who comes first where a sequence is too long
KEPT, ENTITY, CONTEXT = range(3)


class Part(NamedTuple):
    """A run of text, or one marker."""

    text: str = ""
    marker: str = ""  # its name, where it is one
    rank: int = KEPT


@dataclass(frozen=True, slots=True)
class _Edges:
    """What stands before and behind an entity."""

    before: Part
    behind: tuple[Part, ...] = ()


def type_marker(role: Role, entity_type: str) -> str:
    """The name of what stands for an entity of this type; "" for one that training has not seen."""
    return f"{role}:{entity_type}"


def marker_names(
    showing: Showing, subject_types: Iterable[str], object_types: Iterable[str]
) -> list[str]:
    """All markers of a way of showing, in an order that depends on nothing else."""
    types: dict[Role, Iterable[str]] = {"subject": subject_types, "object": object_types}
    edges = [name for role in types for name in (role, f"/{role}")]
    typed = [type_marker(role, one) for role, own in types.items() for one in sorted({"", *own})]
    names = {"ner": typed, "text": edges, "text_ner": [*edges, *typed], "ner_text": typed}
    return names.get(showing, [])


def parts_of(example: RelationExample, showing: Showing, known: Iterable[str]) -> list[Part]:
    """What the model is shown, from left to right, without what frames it.

    Args:
        known: names of markers; a type without one is shown as the type "".
    """
    by_role: dict[Role, Entity] = {"subject": example.subject, "object": example.object}
    typed = {
        role: Part(marker=name if (name := type_marker(role, one.type)) in known else f"{role}:")
        for role, one in by_role.items()
    }
    edges = {role: _edges(role, one, showing, typed[role]) for role, one in by_role.items()}
    parts = list(_sentence(example, edges, is_masked=showing in ("ner", "ner_text")))
    if showing in ("text_ner", "ner_text"):
        for role, entity in by_role.items():
            words = Part(example.text[entity.start : entity.end], rank=ENTITY)
            parts += [Part(marker=SEP), typed[role] if showing == "text_ner" else words]
    return parts


def _edges(role: Role, entity: Entity, showing: Showing, typed: Part) -> _Edges:
    if showing in ("ner", "ner_text"):
        return _Edges(typed)
    if showing == "typed_markers":
        outer, inner = _PLAIN[role]
        words = entity.type.lower().replace("_", " ")
        return _Edges(Part(f" {outer} {inner} {words} {inner}"), (Part(f" {outer}"),))
    return _Edges(Part(marker=role), (Part(marker=f"/{role}"),))


def _sentence(
    example: RelationExample, edges: dict[Role, _Edges], *, is_masked: bool
) -> Iterator[Part]:
    """The sentence with what stands at the edges of its entities, which may overlap."""
    text = example.text
    # the space before an entity goes with it, since some vocabularies write it into pieces
    spans = {
        role: (len(text[: one.start].rstrip()), one.end)
        for role, one in (("subject", example.subject), ("object", example.object))
    }
    places = sorted({0, len(text), *(place for span in spans.values() for place in span)})
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        # what ends here before what begins; of two that end the later one, of two that begin the
        # longer one first
        for role, span in sorted(spans.items(), key=lambda item: -item[1][0]):
            yield from edges[role].behind if span[1] == start else ()
        for role, span in sorted(spans.items(), key=lambda item: -item[1][1]):
            yield from (edges[role].before,) if span[0] == start else ()
        is_inside = any(first <= start < last for first, last in spans.values())
        if start < end and not (is_inside and is_masked):
            yield Part(text[start:end], rank=ENTITY if is_inside else CONTEXT)
