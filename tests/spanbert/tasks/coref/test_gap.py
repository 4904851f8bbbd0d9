"""GAP's table: read, written as it was, and what is left out."""

from dataclasses import replace

import pytest

from spanbert.errors import DataError
from spanbert.tasks.coref.gap import (
    HEADER,
    GapExample,
    read_answers,
    read_gap,
    write_answers,
    write_gap,
)

TITLES = "\t".join(HEADER)
TEXT = '"Zoë" met Ann; she left.'
EXAMPLE = GapExample("test-1", TEXT, "she", 15, "Zoë", 1, True, "Ann", 10, False, "http://x")
ROW = f"test-1\t{TEXT}\tshe\t15\tZoë\t1\tTRUE\tAnn\t10\tFALSE\thttp://x"


def write(tmp_path, *rows, header=TITLES):
    path = tmp_path / "gap.tsv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_examples_are_read_and_written_as_they_were(tmp_path):
    path = write(tmp_path, ROW)
    read = read_gap(path)
    assert (read.examples, read.skipped) == ([EXAMPLE], {})
    write_gap(read.examples, tmp_path / "again.tsv")
    assert (tmp_path / "again.tsv").read_bytes() == path.read_bytes()


def test_windows_line_ends(tmp_path):
    path = write(tmp_path, ROW)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_gap(path).examples == [EXAMPLE]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (ROW, "its id was used before"),
        (ROW.replace("\t15\t", "\t14\t"), "a name or the pronoun is not at its offset"),
        (ROW.replace("\t1\t", "\t-1\t"), "a name or the pronoun is not at its offset"),
        (ROW.replace("\tAnn\t", "\t\t"), "a name or the pronoun is not at its offset"),
        (ROW.replace("TRUE", "yes"), "a label is neither TRUE nor FALSE"),
        (ROW.rpartition("\t")[0], "a row has not 11 columns"),
        ("x", "a row has not 11 columns"),
    ],
)
def test_a_broken_row_is_left_out_and_many_are_refused(tmp_path, bad, reason):
    good = [ROW.replace("test-1", f"test-{number}") for number in range(100)]
    read = read_gap(write(tmp_path, *good, bad))
    assert len(read.examples) == 100
    assert read.skipped == {f"example: {reason}": 1}
    with pytest.raises(DataError, match=f"1 of 2 examples are broken .*{reason}") as caught:
        read_gap(write(tmp_path, ROW, bad))
    assert "gap.tsv:3" in str(caught.value)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="its header is not ID Text"):
        read_gap(write(tmp_path, ROW, header="ID\tText"))
    with pytest.raises(DataError, match="no example"):
        read_gap(write(tmp_path))


def test_what_columns_cannot_hold_is_refused(tmp_path):
    with pytest.raises(DataError, match="has a tab or a line end"):
        write_gap([replace(EXAMPLE, url="a\tb")], tmp_path / "a.tsv")


def test_answers_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "answers.tsv"
    answers = {"test-1": (True, False), "test-2": (False, False)}
    write_answers(answers, path)
    assert path.read_text() == "test-1\tTRUE\tFALSE\ntest-2\tFALSE\tFALSE\n"
    assert read_answers(path) == answers


def test_of_two_answers_the_first_counts(tmp_path):
    path = tmp_path / "answers.tsv"
    path.write_text("a\ttrue\tFalse\na\tFALSE\tFALSE\n")
    assert read_answers(path) == {"a": (True, False)}


@pytest.mark.parametrize("line", ["a\tTRUE", "a\tTRUE\tno", "a TRUE FALSE", "a\tTRUE\tTRUE\tTRUE"])
def test_a_line_that_is_no_answer_is_refused(tmp_path, line):
    path = tmp_path / "answers.tsv"
    path.write_text(f"b\tTRUE\tTRUE\n{line}\n")
    with pytest.raises(DataError, match="not an id, TRUE or FALSE") as caught:
        read_answers(path)
    assert "answers.tsv:2" in str(caught.value)
