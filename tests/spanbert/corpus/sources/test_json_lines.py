"""A line is a record or a reason."""

import pytest
from corpus_records import json_lines, read, rejections, texts

from spanbert.corpus.records import Record
from spanbert.corpus.sources import lines, parts


def test_a_record_brings_its_own_provenance(write):
    row = {"text": "t", "id": "7", "source": "wiki", "licence": "CC0", "title": "x", "n": 1}
    path = write("a.jsonl", json_lines(row, {"text": "u", "license": "MIT"}, {"text": ""}))
    content = path.read_bytes()
    first, second = content.index(b'{"text": "u"'), content.index(b'{"text": ""')
    assert read(path, licence="default") == [
        Record("t", "7", "wiki", "CC0", str(path)),
        Record("u", f"a.jsonl:{first}", "a.jsonl", "MIT", str(path)),
        Record("", f"a.jsonl:{second}", "a.jsonl", "default", str(path)),
    ]


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("7", "7"),
        ("-0", "-0"),
        ("9" * 5000, "9" * 5000),
        ("7.0", ""),
        ("7e3", ""),
        ("true", ""),
        ("null", ""),
        ('["a"]', ""),
    ],
)
def test_whole_numbers_are_labels_digit_for_digit(write, value, label):
    line = f'{{"text": "t", "id": {value}, "source": {value}, "licence": {value}}}'
    (record,) = read(write("a.jsonl", line))
    expected = (label or "a.jsonl:0", label or "a.jsonl", label)
    assert (record.id, record.source, record.licence) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"txt": "a"}', "no_text"),
        ('{"text": null}', "no_text"),
        ('{"text": 5}', "not_a_string"),
        ('{"text": NaN}', "not_a_string"),
        ('{"text": ["a"]}', "not_a_string"),
        ('{"text": ' + "9" * 5000 + "}", "not_a_string"),
        ('["text"]', "not_an_object"),
        ('"text"', "not_an_object"),
        ('{"text": "a"', "not_json"),
        ("plain words", "not_json"),
        ('{"text": "a", "text": "b"}', "duplicate_key"),
        ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep"),
        ("[" * 1_000_000, "too_deep"),
    ],
)
def test_a_broken_row_is_rejected_alone_with_its_reason(write, line, reason):
    good = '{"text": "good"}'
    found = read(write("a.jsonl", f"{good}\n{line}\n{good}"))
    assert texts(found) == ["good", "good"]
    assert rejections(found) == [(len(good) + 1, reason)]


def test_a_huge_number_beside_the_text_does_no_harm(write):
    assert texts(read(write("a.jsonl", '{"text": "a", "n": ' + "9" * 5000 + "}"))) == ["a"]


def test_a_bad_byte_in_a_row_is_located(write):
    content = b'\xef\xbb\xbf{"text": "a"}\n{"text": "\xff"}\n\n{"text": "b"}'
    found = read(write("a.jsonl", content))
    assert texts(found) == ["a", "b"]
    assert rejections(found) == [(content.index(b"\xff"), "undecodable")]


def test_the_text_field_can_be_renamed(write):
    assert texts(read(write("a.json", '{"body": "a"}'), text_key="body")) == ["a"]


def test_a_line_over_the_limit_is_rejected_and_the_next_is_kept(write, monkeypatch):
    monkeypatch.setattr(lines, "MAX_RECORD_BYTES", 20)
    monkeypatch.setattr(lines, "MAX_PIECE_BYTES", 8)
    found = read(write("a.jsonl", '\n{"text": "' + "x" * 50 + '"}\n{"text": "b"}\n'))
    assert texts(found) == ["b"]
    assert rejections(found) == [(1, "too_long")]


def test_a_long_text_comes_in_parts(write, monkeypatch):
    monkeypatch.setattr(parts, "MAX_PART_CHARACTERS", 4)
    found = read(write("a.jsonl", json_lines({"text": "abc def", "id": "x"}, {"text": "g"})))
    assert [(r.text, r.part, r.id) for r in found] == [
        ("abc ", 0, "x"),
        ("def", 1, "x"),
        ("g", 0, "a.jsonl:31"),
    ]
