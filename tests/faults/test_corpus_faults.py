"""Imperfect text costs what is broken and no more, and what it costs is told."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import PACK, json_lines, read, rejections, texts

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import write_documents
from spanbert.errors import DataError, IntegrityError

ROOT = Path(__file__).parents[2]
GIB = 2**30
MILLION = 10**6
EMOJI = "\N{GRINNING FACE}"  # makes each character of a string take four bytes


def write_long_line(path, head="", tail="", word="word"):
    """A line of 100 MB, all in one document."""
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(100):
            file.write(f"{word} " * (MILLION // len(f"{word} ")))
        file.write(EMOJI + tail)


def write_long_parquet(path):
    pyarrow.parquet.write_table(pyarrow.table({"text": ["word " * (20 * MILLION) + EMOJI]}), path)


def write_long_member(path):
    write_long_line(path.with_suffix(".jsonl"), '{"text": "', '"}\n', "wo\\n")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(path.with_suffix(".jsonl"), "a.jsonl")


LONG_LINES = {
    "a.txt": write_long_line,
    "without-spaces.txt": lambda path: write_long_line(path, word="......."),
    "a.jsonl": lambda path: write_long_line(path, '{"text": "', '"}\n', "wo\\n"),
    "a.csv": lambda path: write_long_line(path, 'text\n"', '"\n', 'wo""'),
    "wiki_00": lambda path: write_long_line(path, '<doc id="1">\n', "\n</doc>\n", "&lt;"),
    "a.parquet": write_long_parquet,
    "a.zip": write_long_member,
}
# what is left of a word and its space: "&lt;" becomes "<"
UNESCAPED = {"a.jsonl": 4 / 5, "a.zip": 4 / 5, "a.csv": 4 / 5, "wiki_00": 2 / 5}


def read_in_a_process(path):
    """Characters, those of the longest record, rejected records, and peak memory in bytes."""
    command = [sys.executable, str(ROOT / "tests" / "corpus_memory.py"), str(path)]
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return map(int, done.stdout.split())


@pytest.mark.parametrize("name", LONG_LINES)
def test_f39_a_line_of_100_mb_is_read_within_a_gibibyte_and_nothing_is_lost(tmp_path, name):
    LONG_LINES[name](tmp_path / name)
    characters, longest, rejected, peak_bytes = read_in_a_process(tmp_path / name)
    assert characters == round(100 * MILLION * UNESCAPED.get(name, 1)) + 1
    assert (longest <= 2**20, rejected, peak_bytes < GIB) == (True, 0, True)


def test_f42_a_text_that_parquet_repeats_is_not_held_again_and_again(tmp_path):
    texts = pyarrow.DictionaryArray.from_arrays([0] * 200, ["x" * (8 * MILLION)])
    table = pyarrow.table({"text": texts})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet", store_schema=False)
    characters, _, rejected, peak_bytes = read_in_a_process(tmp_path / "a.parquet")
    assert (characters, rejected, peak_bytes < GIB) == (1600 * MILLION, 0, True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_f37_another_encoding_is_quarantined_once_and_located(tmp_path, encoding):
    (tmp_path / "a.txt").write_text("déjà\n\nvu\n\n" * 1000, encoding=encoding)
    assert rejections(read(tmp_path)) == [(0, "not_utf8")]


def test_f37_invalid_utf_8_costs_its_document_and_a_byte_order_mark_nothing(tmp_path):
    (tmp_path / "a.txt").write_bytes(
        b"\xef\xbb\xbfone\n\nbad \xff\n\ntwo\n\nd\xe9j\xe0 vu\n\nthree"
    )
    found = read(tmp_path)
    assert texts(found) == ["one", "two", "three"]
    assert rejections(found) == [(12, "undecodable"), (21, "undecodable")]


def test_f37_more_quarantined_than_allowed_stops_with_the_file_and_the_offset(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"good text\n\n" * 50 + b"\xff")
    config = CorpusConfig(sources=(str(tmp_path / "a.txt"),), min_characters=1)
    with pytest.raises(DataError, match=r"a\.txt: 1 of 51 records .*undecodable at byte 550"):
        write_documents(tmp_path / "documents", tmp_path / "held-out", config)


@pytest.mark.parametrize("content", ["", "\n\n\n", " \n\t\n", " "])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.txt.gz", "wiki_00"])
def test_f40_files_without_text_end_with_their_names(tmp_path, name, content):
    packed = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    (tmp_path / name).write_bytes(packed)
    assert texts(read(tmp_path / name)) == [""]
    config = CorpusConfig(sources=(str(tmp_path / name),))
    with pytest.raises(
        DataError, match=rf"{name}: no document is left of 1 records \(1 empty"
    ) as caught:
        write_documents(tmp_path / "documents", tmp_path / "held-out", config)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "name", ["a.txt", "a.csv", "a.parquet", "a.zip", "a.jsonl.zst", "wiki_00", "a.crc", "_SUCCESS"]
)
def test_f40_an_empty_file_is_counted_and_stops_nothing(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "z.txt").write_text("text")
    assert texts(read(tmp_path)) == ["", "text"]


@pytest.mark.parametrize("content", ["text\n", "\n\n", "text\n\n"])
def test_f40_a_table_without_rows_is_an_empty_file(tmp_path, content):
    (tmp_path / "a.csv").write_text(content)
    table = pyarrow.table({"text": pyarrow.array([], pyarrow.string())})
    pyarrow.parquet.write_table(table, tmp_path / "b.parquet")
    assert texts(read(tmp_path)) == ["", ""]


def test_f40_empty_documents_between_others_are_records(tmp_path):
    (tmp_path / "a.jsonl").write_text(json_lines(*({"text": text} for text in ("a", "", "b"))))
    assert texts(read(tmp_path / "a.jsonl")) == ["a", "", "b"]


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n"])
def test_f41_the_last_document_needs_no_blank_line_after_it(tmp_path, end):
    (tmp_path / "a.txt").write_text(f"one\n\ntwo\nlines{end}", newline="")
    assert [text.rstrip("\r") for text in texts(read(tmp_path))] == ["one", "two\nlines"]


@pytest.mark.parametrize("packing", [".bz2", ".xz", ".zst"])  # gzip: no more than a thousand
def test_f42_a_bomb_ends_with_its_name(tmp_path, packing):
    (tmp_path / f"a.txt{packing}").write_bytes(PACK[packing](b"a" * 100 * MILLION))
    with pytest.raises(IntegrityError, match=rf"a\.txt{packing}: .*compressed bytes") as caught:
        read(tmp_path)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("packing", PACK)
def test_f42_a_truncated_or_misnamed_file_is_quarantined(tmp_path, packing):
    (tmp_path / f"cut.txt{packing}").write_bytes(PACK[packing](b"text " * 1000)[:-5])
    (tmp_path / f"plain.txt{packing}").write_text("plain text")
    found = read(tmp_path)
    assert texts(found) == []
    assert [reason for _, reason in rejections(found)] == ["truncated_file", "corrupt_file"]


def test_f42_an_archive_in_an_archive_is_quarantined(tmp_path):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("a.txt", "text")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.zip", "inner.zip")
    assert rejections(read(tmp_path / "outer.zip")) == [(None, "nested_archive")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"txt": "a"}', "no_text"),
        ('{"text": 5}', "not_a_string"),
        ('{"text": NaN}', "not_a_string"),
        ('{"text": ' + "9" * 10_000 + "}", "not_a_string"),
        ('{"text": ' + "[" * MILLION + "]" * MILLION + "}", "too_deep"),
        ('{"text": "a", "text": "b"}', "duplicate_key"),
        ('{"text": "a"', "not_json"),
    ],
)
def test_f44_a_broken_row_is_quarantined_with_its_reason_and_offset(tmp_path, row, reason):
    (tmp_path / "a.jsonl").write_text(f'{{"text": "good"}}\n{row}\n{{"text": "good"}}\n')
    found = read(tmp_path / "a.jsonl")
    assert (texts(found), rejections(found)) == (["good", "good"], [(17, reason)])
