"""Blank lines divide text into documents, and a bad byte costs its document alone."""

import zlib

import pytest
from corpus_records import read, rejections, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanbert.corpus.records import Record
from spanbert.corpus.sources import contents, lines, parts, text

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("one\ntwo\n\nthree\n", {0: "one\ntwo", 9: "three"}),
        ("one\n\n \n\t\n\ntwo", {0: "one", 10: "two"}),
        ("one\r\ntwo\r\n\r\nthree\r\n", {0: "one\r\ntwo\r", 12: "three\r"}),
        ("\n\none\n\n", {2: "one"}),
        ("one\ntwo\nthree", {0: "one\ntwo\nthree"}),
        ("", {0: ""}),
        (" \n\t\n\r\n", {0: ""}),
        (b"\xef\xbb\xbfone\n\n\xef\xbb\xbf\n", {3: "one", 8: "\ufeff"}),
        (b"\xef\xbb\xbf\n\none", {5: "one"}),
    ],
)
def test_blank_lines_separate_the_documents_of_a_text_file(write, content, expected):
    path = write("a.txt", content)
    assert read(path) == [
        Record(content, f"a.txt:{offset}", "a.txt", "", str(path))
        for offset, content in expected.items()
    ]


@pytest.mark.parametrize("content", ["one\n\ntwo\n", "one", "\n \n", "", "\ufeffone\n"])
def test_a_text_file_can_be_one_document(write, content):
    (record,) = read(write("a.txt", content), txt_documents="file")
    assert record.text == content.removeprefix("\ufeff")


def test_a_bad_byte_costs_its_document_and_is_located(write):
    content = "first é\n\nsecond\nline ".encode() + b"\xff bad\n\nthird"
    found = read(write("a.txt", content))
    assert texts(found) == ["first é", "third"]
    assert rejections(found) == [(content.index(b"\xff"), "undecodable")]


def test_a_bad_byte_costs_all_of_a_long_document_while_it_can_be_held(write):
    content = b"word " * 500_000 + b"\xff" + b" word" * 500_000
    found = read(write("a.txt", content + b"\n\nlast"))
    assert texts(found) == ["last"]
    assert rejections(found) == [(2_500_000, "undecodable")]


def test_of_a_document_too_long_to_be_held_the_parts_before_the_damage_are_kept(write, monkeypatch):
    monkeypatch.setattr(parts, "MAX_PART_CHARACTERS", 8)
    monkeypatch.setattr(lines, "MAX_PIECE_BYTES", 8)
    monkeypatch.setattr(parts, "MAX_RECORD_BYTES", 20)
    found = read(write("a.txt", b"1234567 " * 10 + b"\xff" + b"1234567 " * 10 + b"\n\nlast"))
    assert [(r.text, r.part) for r in found[:9]] == [("1234567 ", n) for n in range(9)]
    assert rejections(found) == [(80, "undecodable")]
    assert texts(found[10:]) == ["last"]


def test_a_cut_file_costs_its_last_document_or_the_rest_of_one_too_long_to_be_held(
    write, monkeypatch
):
    packer = zlib.compressobj(level=0, wbits=31)
    cut = packer.compress(b"first\n\n" + b"1234567 " * 30_000) + packer.flush(zlib.Z_SYNC_FLUSH)
    path = write("a.txt.gz", cut)
    assert texts(read(path)) == ["first"]
    assert rejections(read(path)) == [(7, "truncated_file")]
    monkeypatch.setattr(lines, "MAX_PIECE_BYTES", 1000)
    monkeypatch.setattr(parts, "MAX_PART_CHARACTERS", 1000)
    for module in (parts, text):
        monkeypatch.setattr(module, "MAX_RECORD_BYTES", 2000)
    found = read(path)
    ((lost, reason),) = rejections(found)
    kept = "".join(texts(found)[1:])
    assert ("1234567 " * 30_000).startswith(kept)
    assert (reason, len(kept) > 200_000, lost - 7 - len(kept) < 3000) == (
        "truncated_file",
        True,
        True,
    )


@in_one_folder
@given(st.binary(max_size=60), st.integers(1, 8))
def test_block_boundaries_do_not_matter(tmp_path, content, block_bytes):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    whole = read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "PLAIN_BLOCK_BYTES", block_bytes)
        assert read(path) == whole
    kept = [line for line in content.split(b"\n") if line.strip()]
    assert len(whole) <= max(1, len(kept))
    if not rejections(whole):
        assert "\n".join(texts(whole)).encode() == b"\n".join(kept).removeprefix(b"\xef\xbb\xbf")


def test_a_line_of_white_space_longer_than_a_piece_is_text(write, monkeypatch):
    monkeypatch.setattr(lines, "MAX_PIECE_BYTES", 4)
    assert texts(read(write("a.txt", "a\n    \nb\n     \nc"))) == ["a", "b\n     \nc"]
