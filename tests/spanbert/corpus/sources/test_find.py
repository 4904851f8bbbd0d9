"""Sources name files in their order."""

import pytest
from corpus_records import read, texts

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.digest import digest_sources
from spanbert.corpus.sources.read import read_records
from spanbert.errors import DataError, StorageError


def test_sources_keep_their_order_and_matches_are_sorted(write, tmp_path):
    for name in ("z.txt", "in/b.txt", "in/a.txt", "in/deep/c.txt", "in/.hidden.txt"):
        write(name, name)
    found = read(tmp_path / "z.txt", tmp_path / "in" / "**" / "*.txt")
    assert [(r.text, r.id) for r in found] == [
        ("z.txt", "z.txt:0"),
        ("in/a.txt", "a.txt:0"),
        ("in/b.txt", "b.txt:0"),
        ("in/deep/c.txt", "deep/c.txt:0"),
    ]


def test_a_literal_name_may_hold_pattern_characters(write):
    assert texts(read(write("a[1]*.txt", "text"))) == ["text"]


def test_no_source_says_how_to_name_one():
    with pytest.raises(DataError, match=r"--set 'corpus\.sources=\[\"my\.txt\"\]'"):
        read()


@pytest.mark.parametrize("pattern", ["in", "in/*", "in/gone.txt"])
def test_a_link_that_leads_nowhere_is_named(write, tmp_path, pattern):
    write("in/a.txt", "a")
    (tmp_path / "in" / "gone.txt").symlink_to(tmp_path / "gone.txt")
    with pytest.raises(DataError, match="a link leads nowhere") as caught:
        read(tmp_path / pattern)
    assert caught.value.place == str(tmp_path / "in" / "gone.txt")


@pytest.mark.parametrize("pattern", ["absent.txt", "*.absent", "empty"])
def test_a_source_without_files_is_named_before_anything_is_read(write, tmp_path, pattern):
    (tmp_path / "empty").mkdir()
    config = CorpusConfig(sources=(str(write("a.txt", "a")), str(tmp_path / pattern)))
    with pytest.raises(DataError, match="no file matches") as caught:
        read_records(config)
    assert caught.value.place == str(tmp_path / pattern)
    assert "\n" not in str(caught.value)


def test_a_folder_means_all_files_in_it_sorted(tmp_path):
    for name in ("b.txt", "a.txt", "part/c.txt"):
        path = tmp_path / "texts [1]" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    found = read_records(CorpusConfig(sources=(str(tmp_path / "texts [1]"),)))
    assert [record.text for record in found] == [
        "text of a.txt",
        "text of b.txt",
        "text of part/c.txt",
    ]


@pytest.mark.parametrize("name", ["a.doc", "a", "a.zip.gz", "a.parquet.gz", "a.gz", "a.wiki"])
def test_an_unknown_format_is_refused(write, name):
    with pytest.raises(DataError, match="no known format"):
        read(write(name, "text"))


def test_a_file_the_system_refuses_is_a_storage_error(tmp_path):
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")  # it can be opened and not be read
    for refused in (read, lambda path: digest_sources([str(path)])):
        with pytest.raises(StorageError, match="Input/output error"):
            refused(tmp_path / "a.txt")
