"""A row is a record or a reason."""

from datetime import datetime
from decimal import Decimal

import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import read, rejections, texts

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.rows import LABELS
from spanbert.errors import DataError


def parquet(path, **columns):
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_parquet_rows_are_records(tmp_path):
    path = parquet(
        tmp_path / "a.parquet", text=["a", "b", None], id=["x", None, "z"], other=[1, 2, 3]
    )
    assert read(path) == [
        Record("a", "x", "a.parquet", "", f"{path} row 1"),
        Record("b", "a.parquet:2", "a.parquet", "", f"{path} row 2"),
        Rejected(str(path), None, "no_text", row=3),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        pyarrow.string(),
        pyarrow.large_string(),
        pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
        pyarrow.binary(),
    ],
)
def test_every_kind_of_string_column_is_read(tmp_path, kind):
    path = parquet(tmp_path / "a.parquet", text=pyarrow.array(["a", "é"]).cast(kind))
    assert texts(read(path)) == ["a", "é"]


def test_one_bad_byte_in_parquet_costs_one_row(tmp_path):
    raw = pyarrow.array([b"a", b"\xff", b"c"])
    strings = pyarrow.Array.from_buffers(pyarrow.string(), 3, raw.buffers())
    found = read(parquet(tmp_path / "a.parquet", text=strings))
    assert texts(found) == ["a", "c"]
    assert rejections(found) == [(None, "undecodable")]


def test_a_parquet_column_of_numbers_is_rejected_by_row(tmp_path):
    found = read(parquet(tmp_path / "a.parquet", text=[1, 2]))
    assert [reason for _, reason in rejections(found)] == ["not_a_string"] * 2


def test_a_parquet_file_without_the_column_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"no column 'text', only body.*corpus\.text_key"):
        read(parquet(tmp_path / "a.parquet", body=["a"]))


def test_a_truncated_parquet_file_is_rejected(tmp_path):
    path = parquet(tmp_path / "a.parquet", text=["a"] * 1000)
    path.write_bytes(path.read_bytes()[:-20])
    assert rejections(read(path)) == [(None, "corrupt_file")]


NESTED = {
    "list": [["a"], ["b"]],
    "struct": [{"a": "b"}, {"a": "c"}],
    "map": pyarrow.array([[("a", "b")], []], pyarrow.map_(pyarrow.string(), pyarrow.string())),
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_nested_text_is_no_string_and_a_nested_label_is_none(tmp_path, kind):
    found = read(parquet(tmp_path / "a.parquet", text=NESTED[kind]))
    assert [reason for _, reason in rejections(found)] == ["not_a_string"] * 2
    for name in LABELS:
        columns = {"text": ["a", "b"], name: NESTED[kind]}
        found = read(parquet(tmp_path / "a.parquet", **columns))
        assert [(r.text, r.id, r.source, r.licence) for r in found] == [
            ("a", "a.parquet:1", "a.parquet", ""),
            ("b", "a.parquet:2", "a.parquet", ""),
        ]


WHEN = datetime(2020, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("value", "kind", "label"),
    [
        (7, pyarrow.int64(), "7"),
        (2**64 - 1, pyarrow.uint64(), "18446744073709551615"),
        (7, pyarrow.dictionary(pyarrow.int8(), pyarrow.int32()), "7"),
        (Decimal("7.50"), pyarrow.decimal128(5, 2), "7.50"),
        (WHEN, pyarrow.timestamp("us"), "2020-01-02 03:04:05.000000"),
        (WHEN, pyarrow.timestamp("ns", "America/Lima"), "2020-01-02 03:04:05.000000000"),
        (WHEN.date(), pyarrow.date32(), "2020-01-02"),
        (True, pyarrow.bool_(), ""),
        (7.5, pyarrow.float64(), ""),
        (b"7" * 16, pyarrow.binary(16), ""),
    ],
)
def test_numbers_and_times_are_labels_as_they_are_written(tmp_path, value, kind, label):
    column = pyarrow.array([value], kind)
    path = parquet(tmp_path / "a.parquet", text=["a"], id=column, source=column)
    (record,) = read(path)
    assert (record.id, record.source) == (label or "a.parquet:1", label or "a.parquet")


def test_a_text_of_numbers_or_times_is_still_no_string(tmp_path):
    nanoseconds = pyarrow.array([1, None], pyarrow.timestamp("ns"))
    for values in ([7, None], [WHEN, None], [Decimal(7), None], nanoseconds):
        found = read(parquet(tmp_path / "a.parquet", text=values))
        assert [reason for _, reason in rejections(found)] == ["not_a_string", "no_text"]


@pytest.mark.parametrize("name", ["text", "id"])
def test_a_parquet_column_named_twice_is_rejected(tmp_path, name):
    names = ["text", "id", name]
    table = pyarrow.table([["a"]] * 3, names=names)
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    assert rejections(read(tmp_path / "a.parquet")) == [(None, "duplicate_key")]
