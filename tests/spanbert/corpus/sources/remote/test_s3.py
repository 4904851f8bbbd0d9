"""Objects of a bucket are read as files of a folder are."""

import fsspec
import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import PACK, json_lines, read, rejections, texts
from faults.proxy import FaultProxy

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources import chunks
from spanbert.corpus.sources.chunks import find_chunks
from spanbert.corpus.sources.digest import digest_sources
from spanbert.corpus.sources.find import local_sources
from spanbert.corpus.sources.read import read_chunk
from spanbert.corpus.sources.remote import s3, tries
from spanbert.errors import ConfigError, DataError, DependencyError, IntegrityError

DOCUMENTS = [f"document {number}" for number in range(200)]
TEXT = "\n\n".join(DOCUMENTS).encode()


@pytest.fixture(autouse=True)
def _own_connections():
    s3._objects.cache_clear()
    yield
    s3._objects.cache_clear()


@pytest.fixture
def put(s3_url):
    """Writes an object below a prefix, and returns its URL."""
    store = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False)

    def put_object(name, content):
        store.pipe_file(f"{s3_url}/{name}", content)
        return f"{s3_url}/{name}"

    return put_object


def test_a_bucket_s_objects_give_the_records_of_files(put, s3_url, tmp_path):
    pyarrow.parquet.write_table(pyarrow.table({"text": ["row"]}), tmp_path / "d.parquet")
    contents = {
        "a.txt": TEXT,
        "b/c.jsonl.gz": PACK[".gz"](json_lines({"text": "row"}).encode()),
        "b/wiki_00": b'<doc id="1">\npage\n</doc>\n',
        "d.parquet": (tmp_path / "d.parquet").read_bytes(),
        ".hidden/a.txt": b"hidden",
    }
    for name, content in contents.items():
        put(name, content)
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    found, expected = read(s3_url), read(tmp_path / "in")
    assert texts(found) == texts(expected)
    assert [(r.id, r.source) for r in found] == [(r.id, r.source) for r in expected]
    assert found[0].place == f"{s3_url}/a.txt"


def test_patterns_name_objects_as_they_name_files(put, s3_url):
    for name in ("a1.txt", "a2.txt", "b.txt", "c/a3.txt"):
        put(name, name.encode())
    assert texts(read(f"{s3_url}/a*.txt")) == ["a1.txt", "a2.txt"]
    assert texts(read(f"{s3_url}/*/a*.txt")) == ["c/a3.txt"]
    assert texts(read(f"{s3_url}/**/a*.txt")) == ["a1.txt", "a2.txt", "c/a3.txt"]
    assert texts(read(f"{s3_url}/b.txt")) == ["b.txt"]
    assert [r.id for r in read(f"{s3_url}/c")] == ["a3.txt:0"]
    with pytest.raises(DataError, match="no object matches"):
        read(f"{s3_url}/absent*")
    with pytest.raises(DataError, match="no object matches"):
        read(f"{s3_url}/a")


def test_a_large_object_is_cut_into_chunks_and_read_by_ranges(put, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 500)
    monkeypatch.setattr(s3, "RANGE_BYTES", 100)
    config = CorpusConfig(sources=(put("a.txt", TEXT),))
    found = find_chunks(config)
    assert len(found) > 3
    assert [r.text for chunk in found for r in read_chunk(chunk, config)] == DOCUMENTS


def test_the_digest_follows_the_content_of_objects(put):
    url = put("a.txt", b"one")
    config = CorpusConfig(sources=(url,))
    first = digest_sources([url]), find_chunks(config)[0].digest
    assert first == (digest_sources([url]), find_chunks(config)[0].digest)
    put("a.txt", b"two")
    second = digest_sources([url]), find_chunks(config)[0].digest
    assert (first[0] != second[0], first[1] != second[1]) == (True, True)


def test_an_object_that_changes_before_it_is_read_is_refused(put):
    config = CorpusConfig(sources=(put("a.txt", b"one"),))
    (chunk,) = find_chunks(config)
    put("a.txt", b"two")
    with pytest.raises(IntegrityError, match="changed while it was read"):
        list(read_chunk(chunk, config))


def test_an_object_over_the_limit_is_refused(put):
    with pytest.raises(IntegrityError, match=r"more than 2 bytes.*max_download_bytes"):
        read(put("a.txt", b"one"), max_download_bytes=2)


def test_objects_are_not_looked_at_for_the_files_of_this_machine(put, tmp_path):
    (tmp_path / "a.txt").write_text("text")
    sources = (put("b.txt", b"one"), str(tmp_path / "a.txt"), "hf:name")
    found = local_sources(CorpusConfig(sources=sources))
    assert [file.place for file in found] == [str(tmp_path / "a.txt")]


@pytest.mark.parametrize("fault", ["500", "503", "reset", "short"])
def test_an_outage_is_waited_out_and_a_long_one_told(put, s3_port, monkeypatch, fault):
    monkeypatch.setattr(tries, "RETRY_S", 4.0)
    url = put("a.txt", TEXT)
    with FaultProxy(s3_port) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        config = CorpusConfig(sources=(url,))
        (chunk,) = find_chunks(config)
        proxy.fail(fault)
        assert [r.text for r in read_chunk(chunk, config)] == DOCUMENTS
        proxy.always = fault
        monkeypatch.setattr(tries, "RETRY_S", 0.5)
        with pytest.raises(DependencyError) as caught:
            list(read_chunk(chunk, config))
    assert (caught.value.exit_code, caught.value.place) == (69, url)


@pytest.mark.usefixtures("s3_url")
def test_a_bucket_that_is_not_there_is_a_source_without_files():
    with pytest.raises((ConfigError, DataError)) as caught:
        read("s3://no-such-bucket/a.txt")
    assert caught.value.place == "s3://no-such-bucket/a.txt"


def test_another_encoding_behind_a_url_is_rejected_once(put):
    assert rejections(read(put("a.txt", TEXT.decode().encode("utf-16")))) == [(0, "not_utf8")]
