"""Pieces of what is shown: framed, and cut so that both entities stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.relations.examples import Entity, RelationExample
from spanbert.tasks.relations.sequences import marker_ids, sequences_of
from spanbert.tasks.relations.showing import marker_names, parts_of

WAYS = ("ner", "text", "text_ner", "ner_text", "typed_markers")


def example_of(before, between, behind):
    words = [*["river"] * before, "Ann", *["mill"] * between, "Oslo", *["fox"] * behind]
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])
    places = before, before + 1 + between
    entities = [Entity(int(starts[i]), int(starts[i + 1]) - 1, "T") for i in places]
    return RelationExample("1", " ".join(words), *entities)


def sequence(example, way, tokenizer, max_length=512):
    markers = marker_ids(marker_names(way, "T", "T"), tokenizer)
    parts = parts_of(example, way, markers)
    (found,) = sequences_of([parts], TextEncoder(tokenizer), markers, max_length)
    return found.tolist(), markers


@pytest.mark.parametrize("way", WAYS)
def test_pieces_are_those_of_the_parts_in_a_frame(tokenizer, way):
    example = example_of(2, 1, 3)
    found, markers = sequence(example, way, tokenizer)
    expected = [tokenizer.cls_id]
    for part in parts_of(example, way, markers):
        if part.marker == "[SEP]":
            expected.append(tokenizer.sep_id)
        elif part.marker:
            expected.append(markers[part.marker])
        else:
            expected += tokenizer.encode(part.text).ids.tolist()
    assert found == [*expected, tokenizer.sep_id]


@given(
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from(WAYS),
    st.integers(24, 60),
)
def test_what_is_cut_is_far_from_the_entities(tokenizer, before, between, behind, way, max_length):
    example = example_of(before, between, behind)
    whole, _ = sequence(example, way, tokenizer)
    found, _ = sequence(example, way, tokenizer, max_length)
    assert len(found) == min(len(whole), max_length)
    context = {word: tokenizer.encode(word).ids.tolist() for word in ("river", "mill", "fox")}
    assert all(
        len(set(a) & set(b)) == 0 for a in context.values() for b in context.values() if a != b
    )
    outside = {i for ids in context.values() for i in ids}
    kept = [i for i in found if i not in outside]
    assert kept == [i for i in whole if i not in outside], "entities, markers and frame stay whole"
    ids = {i: word for word, own in context.items() for i in own}
    sizes = {w: sum(ids.get(i) == w for i in found) for w in context}
    full = {w: sum(ids.get(i) == w for i in whole) for w in context}
    # what stays reaches equally far from the entities on all sides, up to one piece
    reach = {"river": sizes["river"], "fox": sizes["fox"], "mill": sizes["mill"] / 2}
    for word, far in reach.items():
        if sizes[word] < full[word]:
            assert all(other <= far + 1 for other in reach.values())


def test_of_entities_that_are_too_long_the_beginnings_stay(tokenizer):
    text = " ".join(["Ann", *map(str, range(40)), "of", "Oslo", *map(str, range(40))])
    middle = text.index(" of")
    example = RelationExample("1", text, Entity(0, middle, "T"), Entity(middle + 4, len(text), "T"))
    found, markers = sequence(example, "text", tokenizer, 20)
    assert len(found) == 20
    assert {*markers.values(), tokenizer.cls_id, tokenizer.sep_id} <= set(found)
    whole, _ = sequence(example, "text", tokenizer)
    for role in ("subject", "object"):
        begin = found.index(markers[role]) + 1
        size = found.index(markers[f"/{role}"]) - begin
        own = whole.index(markers[role]) + 1
        assert size >= 6
        assert found[begin : begin + size] == whole[own : own + size]


def test_markers_are_unused_entries_where_there_are_some_and_else_new_ones(tokenizer):
    names = ["a", "b", "c"]
    size = tokenizer.vocab_size
    assert marker_ids(names, tokenizer) == {"a": size, "b": size + 1, "c": size + 2}
    some = tokenizer.with_entries(["[unused2]", "[unused1]", "[unused7]"])
    assert marker_ids(names, some) == {"a": size + 1, "b": size, "c": size + 3}
    assert tokenizer.encode("[unused1]").ids.tolist() == some.encode("[unused1]").ids.tolist()
    assert marker_ids([], tokenizer) == {}


def test_no_example_gives_no_sequence(tokenizer):
    assert sequences_of([], TextEncoder(tokenizer), {}, 32) == []
