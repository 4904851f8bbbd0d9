"""What is readable is read, and what is not is named with its file, offset and reason."""

import gzip
import json
import lzma
import sys
import types

import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanbert.corpus import sources
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources import Record, Rejected, digest_sources, read_records
from spanbert.errors import ConfigError, DataError, DependencyError, IntegrityError, StorageError

PACK = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress}
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(*paths, **options):
    config = CorpusConfig(sources=tuple(map(str, paths)), **options)
    return list(read_records(config))


def texts(found):
    return [record.text for record in found if isinstance(record, Record)]


def rejections(found):
    return [(r.byte_offset, r.reason) for r in found if isinstance(r, Rejected)]


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def json_lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


# --- text files ---


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("one\ntwo\n\nthree\n", ["one\ntwo", "three"]),
        ("one\n\n \n\t\n\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\n\r\nthree\r\n", ["one\r\ntwo\r", "three\r"]),
        ("\n\none\n\n", ["one"]),
        ("one\ntwo\nthree", ["one\ntwo\nthree"]),
        ("", []),
        (" \n\t\n\r\n", []),
        (b"\xef\xbb\xbfone", ["one"]),
    ],
)
def test_blank_lines_separate_the_documents_of_a_text_file(write, content, expected):
    assert read(write("a.txt", content)) == [
        Record(text, f"a.txt:{number}", "a.txt", "", str(write("a.txt", content)))
        for number, text in enumerate(expected, start=1)
    ]


def test_a_bad_byte_costs_its_document_and_is_located(write):
    content = "first é\n\nsecond ".encode() + b"\xff bad\n\nthird"
    found = read(write("a.txt", content))
    assert texts(found) == ["first é", "third"]
    assert rejections(found) == [(content.index(b"\xff"), "undecodable")]
    assert found[-1].id == "a.txt:3"  # a rejected document keeps its number


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_other_encodings_are_rejected_rather_than_guessed(write, encoding):
    found = read(write("a.txt", "déjà vu".encode(encoding)))
    assert texts(found) == []
    assert [reason for _, reason in rejections(found)] == ["undecodable"]


def test_a_line_of_five_megabytes_is_one_document(write):
    line = "word " * 1_000_000
    assert texts(read(write("a.txt", line))) == [line]


def test_a_document_over_the_limit_is_rejected_and_the_next_is_kept(write, monkeypatch):
    monkeypatch.setattr(sources, "MAX_RECORD_BYTES", 10)
    monkeypatch.setattr(sources, "PLAIN_BLOCK_BYTES", 3)
    content = "short\n\n" + "x" * 50 + "\n\n" + "line\n" * 5 + "\nlast"
    found = read(write("a.txt", content))
    assert texts(found) == ["short", "last"]
    assert rejections(found) == [(7, "too_long"), (59, "too_long")]
    assert rejections(read(write("a.jsonl", "\n" + '"' + "x" * 50))) == [(1, "too_long")]


@in_one_folder
@given(st.binary(max_size=60), st.integers(1, 8))
def test_block_boundaries_do_not_matter(tmp_path, content, block_bytes):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    whole = read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "PLAIN_BLOCK_BYTES", block_bytes)
        assert read(path) == whole
    lines = [line for line in content.split(b"\n") if line.strip()]
    assert len(whole) <= len(lines)
    if not rejections(whole):
        assert "\n".join(texts(whole)).encode() == b"\n".join(lines).replace(b"\xef\xbb\xbf", b"")


# --- JSON lines ---


def test_a_record_brings_its_own_provenance(write):
    row = {"text": "t", "id": "7", "source": "wiki", "licence": "CC0", "title": "x", "n": 1}
    path = write("a.jsonl", json_lines(row, {"text": "u", "id": 5, "license": "MIT"}, {"text": ""}))
    assert read(path, licence="default") == [
        Record("t", "7", "wiki", "CC0", str(path)),
        Record("u", "a.jsonl:2", "a.jsonl", "MIT", str(path)),
        Record("", "a.jsonl:3", "a.jsonl", "default", str(path)),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"txt": "a"}', "no_text"),
        ('{"text": null}', "no_text"),
        ('{"text": 5}', "not_a_string"),
        ('{"text": NaN}', "not_a_string"),
        ('{"text": ["a"]}', "not_a_string"),
        ('{"text": ' + "9" * 5000 + "}", "not_a_string"),
        ('["text"]', "not_an_object"),
        ('"text"', "not_an_object"),
        ('{"text": "a"', "not_json"),
        ("plain words", "not_json"),
        ('{"text": "a", "text": "b"}', "duplicate_key"),
        ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep"),
        ("[" * 1_000_000, "too_deep"),
    ],
)
def test_a_broken_row_is_rejected_alone_with_its_reason(write, line, reason):
    good = '{"text": "good"}'
    found = read(write("a.jsonl", f"{good}\n{line}\n{good}"))
    assert texts(found) == ["good", "good"]
    assert rejections(found) == [(len(good) + 1, reason)]


def test_a_huge_number_beside_the_text_does_no_harm(write):
    assert texts(read(write("a.jsonl", '{"text": "a", "n": ' + "9" * 5000 + "}"))) == ["a"]


def test_a_bad_byte_in_a_row_is_located(write):
    content = b'\xef\xbb\xbf{"text": "a"}\n{"text": "\xff"}\n\n{"text": "b"}'
    found = read(write("a.jsonl", content))
    assert texts(found) == ["a", "b"]
    assert rejections(found) == [(content.index(b"\xff"), "undecodable")]


def test_the_text_field_can_be_renamed(write):
    assert texts(read(write("a.json", '{"body": "a"}'), text_key="body")) == ["a"]


# --- compressed files ---


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_compression_does_not_change_the_records(write, packing, suffix):
    rows = [json.dumps({"text": f"text {n}"}) for n in range(2000)]
    content = ("\n\n".join(rows)).encode()
    pack = PACK[packing]
    plain = read(write("a" + suffix, content))
    packed = read(write("a" + suffix + packing, pack(content)))
    halves = read(write("b" + suffix + packing, pack(content[:999]) + pack(content[999:])))
    assert len(plain) == 2000
    assert texts(packed) == texts(halves) == texts(plain)
    assert rejections(packed) == rejections(halves) == []


def test_padding_after_a_stream_is_ignored(write):
    assert texts(read(write("a.txt.xz", lzma.compress(b"text") + bytes(5000)))) == ["text"]


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_a_truncated_file_gives_what_comes_before_the_cut(write, packing, suffix):
    rows = [json.dumps({"text": f"text {n * n}"}) for n in range(20_000)]
    content = "\n\n".join(rows).encode()
    packed = PACK[packing](content)
    whole = texts(read(write("a" + suffix, content)))
    found = read(write("cut" + suffix + packing, packed[: len(packed) // 2]))
    assert found[:-1] != []
    assert texts(found[:-1]) == whole[: len(found) - 1]
    (place,) = rejections(found)
    assert place[1] == "truncated_file"
    assert content[place[0] - 1 : place[0] + 1] == b"\n{"  # where the lost record begins


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "truncated_file"), (b"not compressed at all", "corrupt_file")]
)
def test_a_file_that_is_not_what_its_suffix_says_is_rejected(write, packing, content, reason):
    assert rejections(read(write("a.txt" + packing, content))) == [(0, reason)]


@pytest.mark.parametrize("packing", PACK)
def test_a_flipped_byte_is_noticed(write, packing):
    packed = bytearray(PACK[packing]("\n\n".join(map(str, range(20_000))).encode()))
    packed[len(packed) // 2] ^= 0xFF
    if packing == ".zst":  # its checksum is optional, so damage the header of the frame instead
        packed[0] ^= 0xFF
    (rejection,) = rejections(read(write("a.txt" + packing, bytes(packed))))
    assert rejection[1] == "corrupt_file"


@pytest.mark.parametrize("packing", [".xz", ".zst"])
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_a_decompression_bomb_is_refused(write, packing, suffix):
    bomb = write("a" + suffix + packing, PACK[packing](bytes(80 * 2**20)))
    with pytest.raises(IntegrityError, match=r"a\.(txt|jsonl)\.(xz|zst): \d+ compressed"):
        read(bomb)


def test_a_small_file_may_shrink_by_any_ratio(write):
    assert len(texts(read(write("a.txt.zst", zstandard.compress(b"a" * 10**7))))) == 1


# --- Parquet ---


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


# --- which sources ---


def test_sources_keep_their_order_and_matches_are_sorted(write, tmp_path):
    for name in ("z.txt", "in/b.txt", "in/a.txt", "in/deep/c.txt", "in/.hidden.txt"):
        write(name, name)
    found = read(tmp_path / "z.txt", tmp_path / "in" / "**" / "*.txt")
    assert [(r.text, r.id) for r in found] == [
        ("z.txt", "z.txt:1"),
        ("in/a.txt", "a.txt:1"),
        ("in/b.txt", "b.txt:1"),
        ("in/deep/c.txt", "deep/c.txt:1"),
    ]


def test_a_literal_name_may_hold_pattern_characters(write):
    assert texts(read(write("a[1]*.txt", "text"))) == ["text"]


def test_no_source_says_how_to_name_one():
    with pytest.raises(DataError, match=r"--set 'corpus\.sources=\[\"my\.txt\"\]'"):
        read()


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


@pytest.mark.parametrize("name", ["a.zip", "a", "a.csv.gz", "a.parquet.gz", "a.gz"])
def test_an_unknown_format_is_refused(write, name):
    with pytest.raises(DataError, match="no known format"):
        read(write(name, "text"))


def test_a_file_the_system_refuses_is_a_storage_error(write, monkeypatch):
    path = write("a.txt", "text")

    def refuse(self, *args):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(StorageError, match="Permission denied"):
        read(path)
    with pytest.raises(StorageError, match="Permission denied"):
        digest_sources([str(path)])


# --- datasets by name ---


def fake_datasets(monkeypatch, load):
    module = types.ModuleType("datasets")
    module.load_dataset = load
    monkeypatch.setitem(sys.modules, "datasets", module)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("hf:name", ("name", None, "train")),
        ("hf:owner/name", ("owner/name", None, "train")),
        ("hf:owner/name@20220301.en", ("owner/name", "20220301.en", "train")),
        ("hf:owner/name:test", ("owner/name", None, "test")),
        ("hf:owner/name@conf:test", ("owner/name", "conf", "test")),
    ],
)
def test_a_dataset_is_streamed_by_name_config_and_split(monkeypatch, entry, expected):
    calls = []

    def load(name, config, *, split, streaming):
        calls.append((name, config, split))
        assert streaming
        return [{"text": "a", "id": "1"}, {"text": None}]

    fake_datasets(monkeypatch, load)
    assert read(entry) == [
        Record("a", "1", entry, "", f"{entry} row 1"),
        Rejected(f"{entry} row 2", None, "no_text"),
    ]
    assert calls == [expected]


@pytest.mark.parametrize("entry", ["hf:", "hf:@c", "hf:a@", "hf:a:", "hf:a:train[:1%]", "hf:a b"])
def test_a_malformed_dataset_name_is_refused(entry):
    with pytest.raises(ConfigError, match="hf:NAME"):
        read(entry)


def test_a_dataset_out_of_reach_is_one_line_with_the_code_for_a_retry(monkeypatch):
    def load(*args, **options):
        raise ConnectionError("cannot\nreach it")

    fake_datasets(monkeypatch, load)
    with pytest.raises(DependencyError, match=r"^hf:owner/name: .*cannot reach it.* -> ") as caught:
        read("hf:owner/name")
    assert caught.value.exit_code == 69


@pytest.mark.parametrize(
    ("module", "source"),
    [("datasets", "hf:a"), ("pyarrow", "a.parquet"), ("zstandard", "a.txt.zst")],
)
def test_a_missing_package_says_what_to_install(write, monkeypatch, module, source):
    path = source if source.startswith("hf:") else write(source, "")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependencyError, match=rf"{module} is not installed -> pip install"):
        read(path)


# --- digest ---


def test_the_digest_follows_names_and_content_but_not_the_folder(write, tmp_path):
    for folder in ("one", "two"):
        write(f"{folder}/a.txt", "a")
        write(f"{folder}/b.txt", "b")
    one, two = (digest_sources([str(tmp_path / name / "*.txt")]) for name in ("one", "two"))
    assert one == two
    changed = {one}
    write("two/b.txt", "c")
    changed.add(digest_sources([str(tmp_path / "two/*.txt")]))
    write("one/b.txt", "b").rename(tmp_path / "one/c.txt")
    changed.add(digest_sources([str(tmp_path / "one/*.txt")]))
    changed.add(digest_sources([str(tmp_path / "one/a.txt")]))
    changed.add(digest_sources(["hf:a"]))
    changed.add(digest_sources(["hf:a:test"]))
    assert len(changed) == 6
