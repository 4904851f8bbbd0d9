"""A row under a header is a record or a reason."""

import csv
import io

import pytest
from corpus_records import PACK, read, rejections, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanbert.corpus.records import Record
from spanbert.corpus.sources import lines, tables
from spanbert.errors import DataError


def test_rows_are_records(write):
    path = write("a.csv", 'id,text,n\r\n7,"a, ""b""\nc",1\r\n\r\n,é,2\r\n')
    assert read(path) == [
        Record('a, "b"\nc', "7", "a.csv", "", f"{path} row 1"),
        Record("é", "a.csv:2", "a.csv", "", f"{path} row 2"),
    ]


def test_tabs_separate_the_fields_of_tsv(write):
    assert texts(read(write("a.tsv", "text\tn\na, b\t1\n"))) == ["a, b"]


@pytest.mark.parametrize("packing", PACK)
def test_a_packed_table_is_read(write, packing):
    assert texts(read(write("a.csv" + packing, PACK[packing](b"\xef\xbb\xbftext\na\n")))) == ["a"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    min_size=2, max_size=2)), st.sampled_from([",", "\t"]))  # fmt: skip
def test_what_the_standard_library_wrote_is_read(tmp_path, rows, delimiter):
    content = io.StringIO(newline="")
    writer = csv.writer(content, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["n", "text"], *rows])
    path = tmp_path / ("a.csv" if delimiter == "," else "a.tsv")
    path.write_text(content.getvalue(), newline="", encoding="utf-8")
    assert texts(read(path)) == ([row[1] for row in rows] or [""])


def test_a_long_field_is_read(write):
    text = "word " * 100_000
    assert texts(read(write("a.csv", f"text\n{text}\n"))) == [text]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"a,b,c", "not_csv"),
        (b"a", "not_csv"),
        (b'"a"b,c', "not_csv"),
        (b"1,\xff", "undecodable"),
    ],
)
def test_a_broken_row_is_rejected_alone_with_its_reason(write, row, reason):
    found = read(write("a.csv", b"id,text\n0,good\n" + row + b"\n2,good\n"))
    assert texts(found) == ["good", "good"]
    assert [why for _, why in rejections(found)] == [reason]
    assert found[2].id == "2"


def test_quotes_without_an_end_reject_the_rest(write, monkeypatch):
    content = 'id,text\n0,good\n1,"' + "lost\n" * 20
    found = read(write("a.csv", content))
    assert (texts(found), rejections(found)) == (["good"], [(15, "not_csv")])
    for module in (lines, tables):
        monkeypatch.setattr(module, "MAX_RECORD_BYTES", 50)
    found = read(write("a.csv", content))
    assert (texts(found), rejections(found)) == (["good"], [(15, "too_long")])


def test_a_cut_file_rejects_the_row_it_is_cut_in(write):
    rows = "".join(f"{n * n},{n}\n" for n in range(10_000))
    packed = PACK[".gz"](f"id,text\n{rows}".encode())
    found = read(write("a.csv.gz", packed[: len(packed) // 2]))
    assert texts(found) == [str(n) for n in range(len(found) - 1)]
    assert [reason for _, reason in rejections(found)] == ["truncated_file"]


@pytest.mark.parametrize("content", ["body\na\n", "\nbody\na\n"])
def test_a_table_without_the_column_is_refused_by_name(write, content):
    with pytest.raises(DataError, match=r"no column 'text', only body.*corpus\.text_key"):
        read(write("a.csv", content))


def test_a_column_named_twice_is_rejected(write):
    assert rejections(read(write("a.csv", "text,text\na,b\n"))) == [(0, "duplicate_key")]
