"""How sentences are shown: each way by hand, and what holds for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.relations.examples import Entity, RelationExample
from spanbert.tasks.relations.showing import KEPT, marker_names, parts_of

TEXT = "Bill Gates founded Microsoft ."
SUBJECT, OBJECT = Entity(0, 10, "PERSON"), Entity(19, 28, "STATE_OR_ORG")
EXAMPLE = RelationExample("1", TEXT, SUBJECT, OBJECT)
WAYS = ("ner", "text", "text_ner", "ner_text", "typed_markers")


def shown(example, way, types=("PERSON", "STATE_OR_ORG")):
    parts = parts_of(example, way, marker_names(way, types, types))
    return " ".join(" ".join(f"<{p.marker}>" if p.marker else p.text for p in parts).split())


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("ner", "<subject:PERSON> founded <object:STATE_OR_ORG> ."),
        ("text", "<subject> Bill Gates </subject> founded <object> Microsoft </object> ."),
        (
            "text_ner",
            "<subject> Bill Gates </subject> founded <object> Microsoft </object> ."
            " <[SEP]> <subject:PERSON> <[SEP]> <object:STATE_OR_ORG>",
        ),
        (
            "ner_text",
            "<subject:PERSON> founded <object:STATE_OR_ORG> . <[SEP]> Bill Gates <[SEP]> Microsoft",
        ),
        (
            "typed_markers",
            "@ * person * Bill Gates @ founded # ^ state or org ^ Microsoft # .",
        ),
    ],
)
def test_by_hand(way, expected):
    assert shown(EXAMPLE, way) == expected
    swapped = RelationExample("1", TEXT, Entity(19, 28, "PERSON"), Entity(0, 10, "STATE_OR_ORG"))
    assert shown(swapped, "ner") == "<object:STATE_OR_ORG> founded <subject:PERSON> ."


def test_a_type_that_training_has_not_seen_is_shown_as_unknown():
    assert shown(EXAMPLE, "ner", types=("PERSON",)) == "<subject:PERSON> founded <object:> ."
    assert shown(EXAMPLE, "text_ner", types=()).endswith("<[SEP]> <subject:> <[SEP]> <object:>")


def test_entities_may_overlap():
    inner = RelationExample("1", "the mayor of Oslo", Entity(0, 17, "P"), Entity(13, 17, "C"))
    assert shown(inner, "text") == "<subject> the mayor of <object> Oslo </object> </subject>"
    assert shown(inner, "ner", "PC") == "<subject:P> <object:C>"
    crossing = RelationExample("1", "a b c", Entity(0, 3, "P"), Entity(2, 5, "C"))
    assert shown(crossing, "text") == "<subject> a <object> b </subject> c </object>"
    same = RelationExample("1", "a b", Entity(0, 1, "P"), Entity(0, 1, "C"))
    assert shown(same, "text").replace("/", "").count("subject") == 2
    assert shown(same, "ner_text", "PC").endswith("b <[SEP]> a <[SEP]> a")


WORDS = st.lists(st.sampled_from(["a", "bc", "d-e", "."]), min_size=1, max_size=8)


@given(WORDS, st.data())
def test_the_words_are_all_shown_or_masked_and_nothing_else_is(words, data):
    text = " ".join(words)
    ends = [sum(len(w) + 1 for w in words[: i + 1]) - 1 for i in range(len(words))]
    starts = [end - len(word) for end, word in zip(ends, words, strict=True)]
    spans = []
    for _ in range(2):
        first = data.draw(st.sampled_from(range(len(words))))
        last = data.draw(st.sampled_from(range(first, len(words))))
        spans.append((first, last))
    entities = [Entity(starts[a], ends[b], "T") for a, b in spans]
    example = RelationExample("1", text, *entities)
    parts = parts_of(example, "text", marker_names("text", "T", "T"))
    assert "".join(part.text for part in parts) == text
    assert sorted(p.marker for p in parts if p.marker) == [
        "/object",
        "/subject",
        "object",
        "subject",
    ]
    for role, entity in zip(("subject", "object"), entities, strict=True):
        places = [[p.marker for p in parts].index(name) for name in (role, f"/{role}")]
        inside = "".join(part.text for part in parts[slice(*places)])
        assert inside.strip() == text[entity.start : entity.end]
    masked = parts_of(example, "ner", marker_names("ner", "T", "T"))
    inside = {i for a, b in spans for i in range(a, b + 1)}
    outside = [word for i, word in enumerate(words) if i not in inside]
    assert "".join(part.text for part in masked).split() == outside
    assert all(part.rank == KEPT for part in masked if part.marker)


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_markers_depends_on_nothing_but_their_names(way):
    names = marker_names(way, ["B", "A", "C"], ["Z", "A"])
    assert names == marker_names(way, {"C", "A", "B"}, ["A", "Z", "A"])
    assert len(set(names)) == len(names)
    needed = {p.marker for p in parts_of(EXAMPLE, way, names) if p.marker} - {"[SEP]"}
    assert needed <= set(names)
