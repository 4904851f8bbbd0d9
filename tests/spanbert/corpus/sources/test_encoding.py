"""Other encodings are told from UTF-8 and rejected, once a file."""

import pytest
from corpus_records import PACK, read, rejections, texts

TEXT = "déjà vu\n\nencore\n\n" * 500
ROWS = '{"text": "déjà vu"}\n' * 500


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_another_encoding_is_rejected_once_a_file(write, name, encoding):
    content = TEXT if name == "a.txt" else ROWS
    found = read(write(name, content.encode(encoding)))
    assert texts(found) == []
    assert rejections(found) == [(0, "not_utf8")]


@pytest.mark.parametrize("packing", PACK)
def test_another_encoding_is_found_in_a_packed_file(write, packing):
    path = write("a.txt" + packing, PACK[packing](TEXT.encode("utf-16")))
    assert rejections(read(path)) == [(0, "not_utf8")]


def test_latin_1_is_rejected_by_document(write):
    found = read(write("a.txt", "plain\n\ndéjà\n\nlast".encode("latin-1")))
    assert texts(found) == ["plain", "last"]
    assert rejections(found) == [(8, "undecodable")]


def test_a_document_of_nul_bytes_is_rejected_alone(write):
    found = read(write("a.txt", b"word\n" * 1000 + b"\n" + bytes(50) + b"\n\nlast"))
    assert len(texts(found)) == 2
    assert rejections(found) == [(5001, "not_utf8")]


def test_a_stray_nul_byte_is_left_to_cleaning(write):
    content = "a" * 30 + "\0" + "b" * 30
    assert texts(read(write("a.txt", content))) == [content]
