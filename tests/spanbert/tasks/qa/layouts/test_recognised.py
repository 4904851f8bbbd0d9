"""A layout is told by what is in a file, not by its name."""

import json
import tracemalloc

import pytest

from spanbert.errors import DataError
from spanbert.tasks.qa.layouts.recognised import read_records

SQUAD = {"version": "1.1", "data": [{"paragraphs": [{"context": "c", "qas": [{"id": "a"}]}]}]}
CONTEXT = {"id": "", "context": "c", "qas": [{"qid": "a"}]}
OWN = {"id": "a", "question": "?", "context": "c", "answers": []}
FILES = {
    json.dumps(SQUAD): "squad",
    json.dumps(SQUAD) + "\n\n": "squad",
    "\n" + json.dumps(SQUAD): "squad",
    json.dumps(SQUAD, indent=1): "squad",
    "{\n" + json.dumps(SQUAD)[1:]: "squad",
    json.dumps({"header": {}}) + "\n" + json.dumps(CONTEXT): "mrqa",
    json.dumps(CONTEXT): "mrqa",
    "\r\n" + json.dumps(CONTEXT) + "\r\n": "mrqa",
    json.dumps(OWN): "jsonl",
    json.dumps(OWN | {"data": []}): "jsonl",
    json.dumps({"context": "c"}) + "\n" + json.dumps(OWN): "jsonl",
}


@pytest.mark.parametrize("text", FILES)
def test_each_layout_is_recognised_under_any_name(tmp_path, text):
    (tmp_path / "file.any").write_bytes(text.encode())
    layout, records = read_records(tmp_path / "file.any")
    assert layout == FILES[text]
    assert [record.id for record in records][-1] == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("question,answer\n", "not JSON"),
        ("\ufeff[]", 'no list "data" as in SQuAD'),
        ('{"rows": []}\n', 'no list "data"'),
        ('{"data": {"qas": []}}', 'no list "data"'),
        (json.dumps(OWN, indent=1), 'no list "data"'),  # one object a line is asked for
        (json.dumps(SQUAD) + "\n" + json.dumps(SQUAD), "not JSON"),
        ("{" * 100_000, "not JSON"),
    ],
)
def test_any_other_is_refused_at_once_with_what_could_be_passed(tmp_path, text, message):
    (tmp_path / "file.any").write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        read_records(tmp_path / "file.any")
    assert "file.any: " in str(caught.value)
    assert " -> pass " in str(caught.value)


def test_a_large_file_over_many_lines_is_read_to_its_end(tmp_path):
    qas = [{"id": str(number)} for number in range(20_000)]
    content = {"data": [{"paragraphs": [{"context": "c", "qas": qas}]}]}
    (tmp_path / "large.json").write_text(json.dumps(content, indent=1))  # over a megabyte
    _, records = read_records(tmp_path / "large.json")
    assert [record.id for record in records] == [question["id"] for question in qas]


def test_utf_16_is_refused(tmp_path):
    (tmp_path / "file.any").write_bytes(json.dumps(OWN).encode("utf-16"))
    with pytest.raises(DataError, match="not utf8"):
        read_records(tmp_path / "file.any")


def test_files_of_lines_are_held_one_line_at_a_time(tmp_path):
    line = json.dumps(OWN | {"context": "word " * 20_000}) + "\n"
    (tmp_path / "long.jsonl").write_text(line * 200)  # 20 MB
    tracemalloc.start()
    _, records = read_records(tmp_path / "long.jsonl")
    number = sum(1 for _ in records)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 200
    assert peak_bytes < 5 * 2**20
