"""TACRED's fields in both layouts, and what is wrong with those that cannot be used."""

import gzip
import json

import pytest
from relation_example import record, records, write_lines

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import Entity, read_relations, read_unlabelled

WORDS = "-LRB- Ann -rrb- of -LSB- Oslo -RSB- has -lcb- it -RCB- ."


def test_both_layouts_say_the_same(tmp_path):
    lines = write_lines(tmp_path / "a.jsonl", records())
    whole = tmp_path / "a.json"
    whole.write_text(json.dumps(records()))
    indented = tmp_path / "b.json"
    indented.write_text("\n " + json.dumps(records(), indent=1))
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.read_bytes()))
    found = read_relations(lines)
    assert len(found.examples) == 27
    for path in (whole, indented, packed):
        assert read_relations(path) == found


def test_entities_are_where_their_words_are_and_brackets_are_restored(tmp_path):
    row = record(1, WORDS, "-LRB- Ann -rrb-", "Oslo -RSB-", "no_relation")
    (example,) = read_relations(write_lines(tmp_path / "a.jsonl", [row])).examples
    assert example.text == "( Ann ) of [ Oslo ] has { it } ."
    assert example.subject == Entity(0, 7, "PERSON")
    assert example.text[example.object.start : example.object.end] == "Oslo ]"
    assert example.relation == "no_relation"


def test_an_id_may_be_a_number_or_left_out(tmp_path):
    rows = [row | {"id": number} for row, number in zip(records(), (7, None, 0), strict=False)]
    path = write_lines(tmp_path / "a.jsonl", rows)
    assert [one.id for one in read_relations(path).examples] == ["7", "1", "0"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"token": "Ann was here"}, "token is no list of words, or one is half a surrogate pair"),
        ({"token": []}, "token is no list of words, or one is half a surrogate pair"),
        (
            {"token": ["Ann", 3, "\ud800"]},
            "token is no list of words, or one is half a surrogate pair",
        ),
        ({"subj_start": -1}, "subj_start and subj_end are no words of it"),
        ({"subj_start": 1}, "subj_start and subj_end are no words of it"),
        ({"obj_end": 99}, "obj_start and obj_end are no words of it"),
        ({"obj_end": True}, "obj_start and obj_end are no words of it"),
        ({"obj_type": None}, "obj_type is no text"),
        ({"relation": ""}, "relation is no text"),
        ({"relation": 3}, "relation is no text"),
        ({"id": "e1"}, "its id was used before"),
        ({"id": "\ud800"}, "id is no text"),
        ({"id": "a\tb"}, "id has a tab or a line end in it"),
        ({"relation": "a\nb"}, "relation has a tab or a line end in it"),
    ],
)
def test_what_is_broken_is_counted_until_it_is_too_much(tmp_path, change, reason):
    good = [record(number, "Ann is here", "Ann", "here", "x") for number in range(99)]
    bad = record(0, "Ann is here", "Ann", "here", "x") | {"id": "bad"} | change
    path = write_lines(tmp_path / "a.jsonl", [*good, bad])
    found = read_relations(path)
    assert found.skipped == {f"example: {reason}": 1}
    assert len(found.examples) == 99
    write_lines(path, [bad, *good, bad])
    with pytest.raises(DataError, match=rf"of 101 examples are broken.*{reason}"):
        read_relations(path)
    write_lines(path, [*good, bad])
    if "relation" in change:
        assert len(read_unlabelled(path)) == 100
    else:
        with pytest.raises(DataError, match=rf"a\.jsonl:100: example .*: {reason}"):
            read_unlabelled(path)


@pytest.mark.parametrize("content", ["not JSON\n", '{"data": []}\n', "", "[]", "[3]"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content)
    for read in (read_relations, read_unlabelled):
        with pytest.raises(DataError, match=r"a\.json"):
            read(path)
