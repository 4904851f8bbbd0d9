"""However sources are cut and gathered, they give the same records, each once."""

import json
import pickle
from dataclasses import replace
from itertools import groupby

import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import PACK, read, texts
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Rejected
from spanbert.corpus.sources import chunks, lines
from spanbert.corpus.sources.chunks import find_chunks
from spanbert.corpus.sources.cuts import byte_runs
from spanbert.corpus.sources.find import find_sources
from spanbert.corpus.sources.read import read_chunk

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
words = st.text(st.sampled_from("ab é\u0301\U0001f600\r\t<>&"), max_size=12)
documents = st.lists(words, max_size=12)


def chunks_of(*paths, **options):
    return find_chunks(CorpusConfig(sources=tuple(map(str, paths)), **options))


def records_in_chunks(paths, chunk_bytes, **options):
    config = CorpusConfig(sources=tuple(map(str, paths)), **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(lines, "MAX_PIECE_BYTES", 24)
        sent = [pickle.loads(pickle.dumps(chunk)) for chunk in find_chunks(config)]
        return [record for chunk in sent for record in read_chunk(chunk, config)]


def documents_by_blank_lines(content):
    """The obvious way: all lines at once."""
    groups = groupby(content.split("\n"), key=lambda line: bool(line.strip(" \t\r\x0b\x0c")))
    return ["\n".join(group) for is_text, group in groups if is_text]


@in_one_folder
@given(st.lists(documents, min_size=1, max_size=3), st.integers(1, 80))
def test_text_in_chunks_gives_the_documents_of_the_whole_files(tmp_path, files, chunk_bytes):
    for number, drawn in enumerate(files):
        (tmp_path / f"{number}.txt").write_text("\n".join(drawn), newline="")
    paths = [tmp_path / f"{number}.txt" for number in range(len(files))]
    expected = [d for drawn in files for d in documents_by_blank_lines("\n".join(drawn))]
    found = records_in_chunks(paths, chunk_bytes)
    assert [text for text in texts(found) if text] == expected  # a file without any gives one ""
    if all(path.read_bytes().strip() for path in paths):  # a blank one is told if it is one chunk
        assert found == records_in_chunks(paths, 10**6)


@in_one_folder
@given(documents, st.integers(1, 80), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_json_lines_in_chunks_give_the_rows_of_the_whole_file(tmp_path, drawn, chunk_bytes, end):
    path = tmp_path / "a.jsonl"
    content = "".join(json.dumps({"text": text}, ensure_ascii=False) + end for text in drawn)
    path.write_text(content, newline="")
    found = records_in_chunks([path], chunk_bytes)
    assert texts(found) == (drawn or [""])
    assert found == records_in_chunks([path], 10**6)


@in_one_folder
@given(documents, st.integers(1, 80))
def test_wiki_documents_in_chunks_are_those_of_the_whole_file(tmp_path, drawn, chunk_bytes):
    path = tmp_path / "wiki_00"
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;") for text in drawn]
    rows = [f'<doc id="{n}" title="t">\nt\n{text}\n</doc>\n' for n, text in enumerate(escaped)]
    path.write_text('<doc id="x">\n</doc>\n' + "\n".join(rows), newline="")
    found = records_in_chunks([path], chunk_bytes)
    assert [(r.text, r.id) for r in found] == [
        ("", "x"),
        *((f"t\n{text}", str(number)) for number, text in enumerate(drawn)),
    ]


@in_one_folder
@given(st.binary(max_size=60), st.integers(1, 30), st.sampled_from([".txt", ".jsonl"]))
def test_any_bytes_in_chunks_give_the_same_records_and_rejections(
    tmp_path, content, chunk_bytes, suffix
):
    path = tmp_path / f"a{suffix}"
    content = content.replace(b"\0", b"\n")
    assume(content.strip())  # a blank file is told as such where it is one chunk
    path.write_bytes(content)
    whole, parts = (records_in_chunks([path], size) for size in (10**6, chunk_bytes))
    assert without_weights(parts) == without_weights(whole)


def without_weights(records):
    """Without the bytes that are lost where nothing of a chunk could be read: chunks differ."""
    return [replace(one, unread_bytes=0) if isinstance(one, Rejected) else one for one in records]


def test_row_groups_in_chunks_give_all_rows(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": [f"text {n}" for n in range(100)]})
    pyarrow.parquet.write_table(table, path, row_group_size=7)
    whole = read(path)
    assert len(whole) == 100
    for chunk_bytes in (1, 300, 1000):
        monkeypatch.setattr(chunks, "CHUNK_BYTES", chunk_bytes)
        assert len(chunks_of(path)) > 1
        assert read(path) == whole


def test_small_files_are_gathered_in_their_order(write, tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 10)
    for number in range(6):
        write(f"{number}.txt", "text")
    found = chunks_of(tmp_path)
    assert [chunk.name for chunk in found] == [f"{n}.txt and 1 more" for n in (0, 2, 4)]
    assert len({chunk.digest for chunk in found}) == 3


@pytest.mark.parametrize("name", ["a.txt.gz", "a.csv", "a.txt"])
def test_what_cannot_be_cut_is_one_chunk(write, monkeypatch, name):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 10)
    content = b"text\n\n" * 50
    path = write(name, PACK[".gz"](content) if name.endswith(".gz") else content)
    assert len(chunks_of(path, txt_documents="file")) == 1
    (other,) = chunks_of(write("b.txt", ("text\n\n" * 50).encode("utf-16")))
    assert len(texts(read_chunk(other, CorpusConfig()))) == 0


def test_a_chunk_s_digest_follows_names_and_bytes_but_not_the_folder(write, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 40)
    content = "text of a document\n\n" * 10
    one, two = chunks_of(write("one/a.txt", content)), chunks_of(write("two/a.txt", content))
    assert [c.digest for c in one] == [c.digest for c in two]
    assert len({c.digest for c in one}) == len(one) > 1
    changed = chunks_of(write("two/a.txt", content.replace("text", "TEXT", 1)))
    same = [a.digest == b.digest for a, b in zip(one, changed, strict=True)]
    assert same == [False, *([True] * (len(one) - 1))]
    renamed = chunks_of(write("two/b.txt", content))
    assert not {c.digest for c in renamed} & {c.digest for c in one}


def test_runs_begin_at_the_next_document_but_one(write):
    document = "a document of some length\n\n"
    path = write("a.txt", document * 1000)
    config = CorpusConfig(sources=(str(path),))
    (file,) = find_sources(config)
    starts = [start for start, _ in byte_runs(file, config, 5_000)]
    assert len(starts) == 6
    assert all(start % len(document) == 0 for start in starts)
    assert all(0 <= start % 5_000 <= 2 * len(document) for start in starts)
