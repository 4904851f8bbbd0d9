"""FewRel's files as they are published, and what is wrong with broken examples."""

import json
import re

import pytest
from relation_example import record, write_lines

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import read_relations, read_unlabelled

ENTITIES = {"subj_type": "ENTITY", "obj_type": "ENTITY"}


def fewrel_row(words, head, tail):
    """An example as it is published; h and t are lists of the places of each mention."""
    return {"tokens": words.split(), "h": ["name", "Q1", head], "t": ["name", "Q2", tail]}


# hand-made
CONTENT = {
    "P931": [
        fewrel_row("Fuhl Air serves Old Oslo .", [[0, 1]], [[3, 4]]),
        fewrel_row("In Oslo , Fuhl is at Oslo -LRB- mill -RRB- .", [[3]], [[6, 7, 8, 9], [1]]),
    ],
    "P25": [fewrel_row("Ann 's mother is Eve .", [[0]], [[4]])],
}
ROWS = [
    record(0, "Fuhl Air serves Old Oslo .", "Fuhl Air", "Old Oslo", "P931", id="P931-0"),
    record(
        0,
        "In Oslo , Fuhl is at Oslo -LRB- mill -RRB- .",
        "Fuhl",
        "Oslo -LRB- mill -RRB-",
        "P931",
        id="P931-1",
    ),
    record(0, "Ann 's mother is Eve .", "Ann", "Eve", "P25", id="P25-0"),
]


@pytest.mark.parametrize("indent", [None, 0, 1])
def test_a_published_file_is_the_same_examples_as_in_tacreds_fields(tmp_path, indent):
    path = tmp_path / "val_wiki.json"
    path.write_text(json.dumps(CONTENT, indent=indent))
    rows = [row | ENTITIES for row in ROWS]
    found = read_relations(path)
    assert found == read_relations(write_lines(tmp_path / "a.jsonl", rows))
    assert [one.id for one in read_unlabelled(path)] == [one.id for one in found.examples]


def test_one_example_a_line_is_read_too(tmp_path):
    path, spaced = tmp_path / "a.json", tmp_path / "b.json"
    path.write_text(json.dumps(CONTENT))
    spaced.write_text(json.dumps(CONTENT).replace('{"tok', '\n{"tok').replace("]}", "]}\n"))
    assert read_relations(spaced) == read_relations(path)


NO_WORDS = "tokens are no list of words, or one is half a surrogate pair"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ([3], "not a JSON object"),
        (3, "not a list of examples"),
        ([fewrel_row("", [[0]], [[0]])], NO_WORDS),
        ([fewrel_row("a \ud800", [[0]], [[1]])], NO_WORDS),
        ([fewrel_row("a b", [[2]], [[1]])], "h stands at no words of it"),
        ([fewrel_row("a b", [[0]], [[-1, 0]])], "t stands at no words of it"),
        ([fewrel_row("a b", [[0]], [[True]])], "t stands at no words of it"),
        ([fewrel_row("a b", [], [[1]])], "h stands at no words of it"),
        ([fewrel_row("a b", [[]], [[1]])], "h stands at no words of it"),
        ([fewrel_row("a b", [[0]], [[1]]) | {"h": {"pos": [0]}}], "h stands at no words of it"),
    ],
)
def test_broken_examples_are_counted_until_they_are_too_many(tmp_path, bad, reason):
    path = tmp_path / "a.json"
    good = [fewrel_row("a b c", [[0]], [[2]])] * 99
    path.write_text(json.dumps({"P1": good, "P2": bad}))
    found = read_relations(path)
    assert (len(found.examples), found.skipped) == (99, {f"example: {reason}": 1})
    with pytest.raises(DataError, match=rf"a\.json: example 'P2(-0)?': {re.escape(reason)}"):
        read_unlabelled(path)
    path.write_text(json.dumps({"P2": bad, "P1": good[1:]}))
    with pytest.raises(DataError, match=rf"1 of 99 examples.*{re.escape(reason)}.*'P2(-0)?'"):
        read_relations(path)


def test_a_relation_that_is_no_cell_is_broken(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"": [fewrel_row("a b", [[0]], [[1]])]}))
    with pytest.raises(DataError, match="relation is no text"):
        read_relations(path)
    assert [one.id for one in read_unlabelled(path)] == ["-0"]
