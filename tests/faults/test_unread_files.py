"""A file that breaks off is more than one record: it is told, and weighs what it may have held."""

import random
import zipfile

import pyarrow
import pyarrow.parquet
import pytest
from corpus_records import PACK, read, texts

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import write_documents
from spanbert.corpus.records import Rejected
from spanbert.errors import DataError

ROWS_IN_GROUP = 100


def words(number):
    """A document of its own, which does not compress to nothing."""
    letters = random.Random(number).choices("abcdefghijklmnop ", k=300)
    return "".join(letters).strip() + "x"


def write_text(path, first, num_documents):
    path.write_text("\n\n".join(map(words, range(first, first + num_documents))))


def write_cut(path, packing, first, num_documents):
    content = "\n\n".join(map(words, range(first, first + num_documents))).encode()
    packed = PACK[packing](content)
    path.write_bytes(packed[: len(packed) // 2])


def make(tmp_path, *, allowed=0.01, work=None, say=lambda _: None):
    config = CorpusConfig(
        sources=(str(tmp_path / "in"),), min_characters=1, max_quarantined_fraction=allowed
    )
    folders = (tmp_path / "train", tmp_path / "held")
    return write_documents(*folders, config, work=work, say=say)


@pytest.fixture
def sources(tmp_path):
    (tmp_path / "in").mkdir()
    write_text(tmp_path / "in" / "a.txt", 0, 300)
    return tmp_path / "in"


@pytest.mark.parametrize("packing", PACK)
def test_a_cut_file_stops_although_it_is_one_record_of_many(sources, packing, tmp_path):
    write_cut(sources / f"b.txt{packing}", packing, 1000, 4000)
    with pytest.raises(DataError, match=r"1 file could not be read to the end: .*b\.txt") as told:
        make(tmp_path)
    assert "truncated_file" in str(told.value)
    assert "get the file again" in told.value.remedy
    assert "UTF-8" not in told.value.remedy
    assert not (tmp_path / "train").exists()


def test_a_cut_file_that_is_allowed_is_told_by_its_name(sources, tmp_path):
    write_cut(sources / "b.txt.xz", ".xz", 1000, 1000)
    lines = []
    report = make(tmp_path, allowed=0.95, say=lines.append)
    told = {"reason": "truncated_file", "bytes": 4 * (sources / "b.txt.xz").stat().st_size}
    assert report.unread_files == {str(sources / "b.txt.xz"): told}
    size_bytes = told["bytes"] + (sources / "a.txt").stat().st_size
    assert report.unread_share == pytest.approx(told["bytes"] / size_bytes)
    name = sources / "b.txt.xz"
    assert lines[-1] == f"1 file could not be read to the end: {name} (truncated_file)"


def test_a_small_file_that_is_cut_passes_and_is_told(sources, tmp_path):
    write_text(sources / "a.txt", 0, 2000)
    write_cut(sources / "b.txt.gz", ".gz", 5000, 4)
    report = make(tmp_path)
    assert 0 < report.unread_share < 0.01
    assert len(report.unread_files) == 1


def test_what_is_wrong_with_one_record_among_others_is_no_unread_file(sources, tmp_path):
    content = (sources / "a.txt").read_bytes()
    (sources / "a.txt").write_bytes(content + b"\n\n\xff")
    assert make(tmp_path).unread_files == {}


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_of_which_nothing_is_read_weighs_all_its_bytes(sources, tmp_path, encoding):
    (sources / "b.txt").write_text("d\xe9j\xe0 vu, " * 2000, encoding=encoding)
    report = make(tmp_path, allowed=0.9)
    (found,) = report.unread_files.values()
    assert found["bytes"] == (sources / "b.txt").stat().st_size
    with pytest.raises(DataError, match="could not be read to the end"):
        make(tmp_path)


def test_quotes_without_an_end_weigh_the_rest_of_their_table(sources, tmp_path):
    rows = "".join(f'"{words(n)}"\n' for n in range(500, 800))
    (sources / "b.csv").write_text(f'text\n{rows}"open {"lost " * 100}')
    report = make(tmp_path, allowed=0.5)
    (found,) = report.unread_files.values()
    assert found["bytes"] == len('"open ') + 500


def write_parquet(path, damaged):
    """Row groups of 100, some of them with bytes of noise in their place."""
    table = pyarrow.table({"text": [words(n) for n in range(2000, 2000 + 5 * ROWS_IN_GROUP)]})
    pyarrow.parquet.write_table(table, path, row_group_size=ROWS_IN_GROUP, use_dictionary=False)
    content = bytearray(path.read_bytes())
    metadata = pyarrow.parquet.read_metadata(path)
    for group in damaged:
        column = metadata.row_group(group).column(0)
        start, size = column.data_page_offset, column.total_compressed_size
        content[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damaged", [[0], [2], [4], [1, 3]])
def test_of_parquet_only_damaged_row_groups_are_lost_and_all_their_rows_count(tmp_path, damaged):
    write_parquet(tmp_path / "a.parquet", damaged)
    found = read(tmp_path / "a.parquet")
    lost = [r for r in found if isinstance(r, Rejected)]
    assert [(r.reason, r.row, r.num_records) for r in lost] == [
        ("corrupt_file", group * ROWS_IN_GROUP + 1, ROWS_IN_GROUP) for group in damaged
    ]
    assert len(texts(found)) == (5 - len(damaged)) * ROWS_IN_GROUP
    assert all(r.unread_bytes for r in lost)


def test_rows_that_are_lost_add_up(sources, tmp_path):
    write_parquet(sources / "b.parquet", [1])
    with pytest.raises(DataError, match="100 of 800 records cannot be read"):
        make(tmp_path)
    report = make(tmp_path, allowed=0.3)
    assert (report.records_in, report.quarantined) == (800, {"corrupt_file": 100})
    assert list(report.unread_files) == [str(sources / "b.parquet")]


def test_a_damaged_member_of_an_archive_weighs_what_it_takes_there(sources, tmp_path):
    with zipfile.ZipFile(sources / "b.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", "good text")
        archive.writestr("b.txt", "lost " * 1000)
    content = bytearray((sources / "b.zip").read_bytes())
    content[content.index(b"lost")] ^= 1
    (sources / "b.zip").write_bytes(content)
    report = make(tmp_path, allowed=0.5)
    found = report.unread_files[str(sources / "b.zip" / "b.txt")]
    assert found == {"reason": "corrupt_file", "bytes": 4 * 5000}


def test_the_message_names_the_list_of_what_could_not_be_read(sources, tmp_path):
    (sources / "b.jsonl").write_text("{\n" * 40)
    with pytest.raises(DataError) as told:
        make(tmp_path, work=tmp_path / "work")
    listing = tmp_path / "work" / "quarantine.jsonl"
    assert str(listing) in told.value.remedy
    assert len(listing.read_text().splitlines()) == 40
