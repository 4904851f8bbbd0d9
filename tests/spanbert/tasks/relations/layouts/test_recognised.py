"""Which layout a file is in is told by what is in it, not by its name."""

import gzip
import json

import pytest
from relation_example import records, write_lines

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import read_relations, read_unlabelled

TACRED = [records()[0]]
FEWREL = {"P1": [{"tokens": ["a", "b"], "h": ["a", "Q1", [[0]]], "t": ["b", "Q2", [[1]]]}]}
SEMEVAL = '8001\t"An <e1>ox</e1> in a <e2>pen</e2>."\r\nOther\r\nComment:\r\n\r\n'
BY_ID = {
    "e0": (json.dumps(TACRED), json.dumps(TACRED, indent=2), json.dumps(TACRED[0])),
    "P1-0": (json.dumps(FEWREL), json.dumps(FEWREL, indent=2)),
    "8001": (SEMEVAL, SEMEVAL.replace("\t", "  ")),
}


@pytest.mark.parametrize(("example_id", "texts"), BY_ID.items())
@pytest.mark.parametrize("mark", ["", "\ufeff", "\r\n \n"])
def test_each_layout_is_told_by_its_content(tmp_path, example_id, texts, mark):
    for text in texts:
        content = (mark + text).encode()
        for name, stored in (("a.txt", content), ("b.json.gz", gzip.compress(content))):
            path = tmp_path / name
            path.write_bytes(stored)
            assert [one.id for one in read_relations(path).examples] == [example_id]
            assert [one.id for one in read_unlabelled(path)] == [example_id]


@pytest.mark.parametrize("first", ["not JSON", '{"id": "cut', "{", '"', "3"])
def test_a_broken_first_line_does_not_hide_the_layout(tmp_path, first):
    rows = [row | {"id": str(number)} for number, row in enumerate(records() * 4)]
    path = write_lines(tmp_path / "a.jsonl", rows)
    path.write_text(f"{first}\n{path.read_text()}")
    assert read_relations(path).skipped == {"example: not a JSON object": 1}
    assert len(read_relations(path).examples) == len(rows)
    blocks = "".join(SEMEVAL.replace("8001", str(number)) for number in range(100))
    path.write_text(f"{first}\n\n{blocks}")
    found = read_relations(path)
    assert found.skipped == {"example: no number in front of its sentence": 1}
    assert len(found.examples) == 100


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "no line with anything in it"),
        (" \n\r\n", "no line with anything in it"),
        ("once upon a time\n", "in no known layout"),
        ("1\tAn ox in a pen.\n", "in no known layout"),
        ("{", "not JSON"),
        ("{}", "no example"),
        ('{"P1": []}', "no example"),
    ],
)
def test_what_is_in_no_layout_is_refused_with_those_that_are_known(tmp_path, content, cause):
    path = tmp_path / "a.json"
    path.write_text(content)
    for read in (read_relations, read_unlabelled):
        with pytest.raises(DataError, match=rf"{cause}") as refused:
            read(path)
        assert "SemEval-2010" in str(refused.value) or cause == "not JSON"
