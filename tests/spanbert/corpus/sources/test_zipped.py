"""A zip archive is read member by member, and nothing in it can do harm."""

import io
import zipfile

import pytest
from corpus_records import json_lines, read, rejections, texts

from spanbert.corpus.records import Record
from spanbert.corpus.sources import zipped
from spanbert.errors import IntegrityError


def archive(members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as file:
        for name, member in members:
            file.writestr(name, member)
    return content.getvalue()


def rejected(found):
    return [(r.place.rpartition(".zip/")[2], r.reason) for r in found if not isinstance(r, Record)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_are_read_by_their_names_in_order(write, method):
    members = [
        ("b.jsonl", json_lines({"text": "row"})),
        ("a/c.txt", "one\n\ntwo"),
        ("a/", ""),
        ("d.csv", "text\nfield\n"),
        ("wiki_00", '<doc id="9">\npage\n</doc>\n'),
        (".hidden.txt", "hidden"),
        ("__MACOSX/x.txt", "hidden"),
    ]
    path = write("z.zip", archive(members, method))
    assert [(r.text, r.id, r.source, r.place) for r in read(path)] == [
        ("one", "z.zip/a/c.txt:0", "z.zip/a/c.txt", f"{path}/a/c.txt"),
        ("two", "z.zip/a/c.txt:5", "z.zip/a/c.txt", f"{path}/a/c.txt"),
        ("row", "z.zip/b.jsonl:0", "z.zip/b.jsonl", f"{path}/b.jsonl"),
        ("field", "z.zip/d.csv:1", "z.zip/d.csv", f"{path}/d.csv row 1"),
        ("page", "9", "z.zip/wiki_00", f"{path}/wiki_00"),
    ]


def test_what_is_no_text_is_rejected_by_its_name(write):
    inner = archive([("a.txt", "text")])
    members = [("a.txt", "text"), ("b.zip", inner), ("c.txt.gz", b""), ("d.png", b"x"), ("e", "x")]
    found = read(write("z.zip", archive(members)))
    assert texts(found) == ["text"]
    assert rejected(found) == [
        ("b.zip", "nested_archive"),
        ("c.txt.gz", "nested_archive"),
        ("d.png", "unknown_format"),
        ("e", "unknown_format"),
    ]


def test_names_are_only_names(write, tmp_path):
    found = read(write("z.zip", archive([("../../evil.txt", "evil"), ("/abs.txt", "text")])))
    assert [(r.text, r.source) for r in found] == [
        ("evil", "z.zip/../../evil.txt"),
        ("text", "z.zip//abs.txt"),
    ]
    assert {path.name for path in tmp_path.rglob("*")} == {"z.zip"}


def test_an_encrypted_member_is_rejected(write):
    content = bytearray(archive([("a.txt", "text"), ("b.txt", "text")]))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[content.index(b"PK\x03\x04") + 6] |= 1
    found = read(write("z.zip", bytes(content)))
    assert (texts(found), rejected(found)) == (["text"], [("a.txt", "encrypted")])


def test_a_damaged_member_is_rejected_and_the_next_is_kept(write):
    content = bytearray(
        archive([("a.txt", "first\n\nlost"), ("b.txt", "text")], zipfile.ZIP_STORED)
    )
    content[content.index(b"lost")] ^= 1
    found = read(write("z.zip", bytes(content)))
    assert texts(found) == ["text"]
    assert rejected(found) == [("a.txt", "corrupt_file")]


def test_a_member_without_text_is_counted_as_one(write):
    found = read(write("z.zip", archive([("a.txt", "\n"), ("b", ""), ("c.png", ""), ("d/", "")])))
    assert [(r.text, r.source) for r in found] == [
        ("", "z.zip/a.txt"),
        ("", "z.zip/b"),
        ("", "z.zip/c.png"),
    ]


@pytest.mark.parametrize("kept", [10, 100, -30, -1])
def test_a_cut_archive_is_rejected(write, kept):
    content = archive([("a.txt", "text" * 100)])
    found = read(write("z.zip", content[:kept]))
    assert (texts(found), rejections(found)) == ([], [(None, "corrupt_file")])


def test_a_bomb_is_refused(write):
    with pytest.raises(IntegrityError, match=r"z\.zip: \d+ compressed"):
        read(write("z.zip", archive([("a.txt", b"a" * 80 * 2**20)])))


def test_members_that_share_their_bytes_are_a_bomb_together(write):
    content = archive([("a.txt", b"a" * 30 * 2**20)])
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    listing = content[start:end] * 3
    tail = bytearray(content[end:])
    tail[8:12] = (3).to_bytes(2, "little") * 2
    tail[12:16] = len(listing).to_bytes(4, "little")
    with pytest.raises(IntegrityError):
        read(write("z.zip", content[:start] + listing + bytes(tail)))


def test_a_list_of_members_that_would_fill_the_memory_is_not_read(write, monkeypatch):
    monkeypatch.setattr(zipped, "MAX_DIRECTORY_BYTES", 1000)
    found = read(write("z.zip", archive([(f"{n}.txt", "") for n in range(100)])))
    assert rejections(found) == [(None, "too_many_members")]
