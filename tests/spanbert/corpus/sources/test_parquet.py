"""A row is a record or a reason."""

import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import read, rejections, texts

from spanbert.corpus.records import Record, Rejected
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
        Rejected(f"{path} row 3", None, "no_text"),
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
