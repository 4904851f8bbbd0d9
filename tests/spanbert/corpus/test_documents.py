"""Every record is accounted for, and a corpus is published whole or not at all."""

import collections
import hashlib
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanbert import storage
from spanbert.corpus import candidates, document, documents
from spanbert.corpus.cleaning import clean
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import read_documents, write_documents
from spanbert.errors import DataError, IntegrityError, StorageError


def write_corpus(tmp_path, rows, **options):
    """Publish rows, given as dicts or raw lines, and return the report and both sides."""
    path = tmp_path / "in.jsonl"
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines))
    config = CorpusConfig(**{"sources": (str(path),), "min_characters": 1, **options})
    report = write_documents(tmp_path / "train", tmp_path / "held", config)
    return report, *(list(read_documents(tmp_path / side)) for side in ("train", "held"))


def rows_of(texts):
    return [{"text": text} for text in texts]


def assert_accounted(report, train, held):
    dropped, quarantined = sum(report.dropped.values()), sum(report.quarantined.values())
    assert report.records_in == report.kept + report.held_out + dropped + quarantined
    assert (report.kept, report.held_out) == (len(train), len(held))
    assert report.characters == sum(len(d.text) for d in train + held)
    assert sum(s.documents for s in report.sources.values()) == len(train + held)
    assert sum(s.characters for s in report.sources.values()) == report.characters
    for source in report.sources.values():
        assert sum(source.licences.values()) == source.documents


# --- accounting ---


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=8).map(lambda text: {"text": text}),
            st.sampled_from([b"{", b"[]", b'{"text": "\xff"}', b'{"text": 1}', b'{"t": 1}']),
            st.sampled_from(["same", " same", "long enough", "\u200b"]).map(
                lambda text: {"text": text}
            ),
        ),
        max_size=30,
    ),
    st.floats(0, 0.99),
)
def test_every_record_is_accounted_for(tmp_path, rows, fraction):
    rows = [{"text": "always kept"}, *rows]
    report, train, held = write_corpus(
        tmp_path, rows, min_characters=3, held_out_fraction=fraction, max_quarantined_fraction=1.0
    )
    assert report.records_in == len(rows)
    assert_accounted(report, train, held)
    expected = {clean(row["text"]) for row in rows if isinstance(row, dict)}
    assert sorted(d.text for d in train + held) == sorted(t for t in expected if len(t) >= 3)


def test_drops_and_quarantine_are_counted_by_reason(tmp_path):
    rows = [*rows_of(["first text", "", "\u200b ", "short", " first  text"]), b"{", b"{}", b"["]
    report, _, _ = write_corpus(tmp_path, rows, min_characters=8, max_quarantined_fraction=0.5)
    assert report.dropped == {"duplicate": 1, "empty": 2, "too_short": 1}
    assert report.quarantined == {"no_text": 1, "not_json": 2}
    assert (report.records_in, report.kept, report.held_out) == (8, 1, 0)


def test_of_a_thousand_duplicates_the_first_stays(tmp_path):
    rows = [{"text": "same text", "id": str(number)} for number in range(1000)]
    report, train, held = write_corpus(tmp_path, rows)
    assert [d.id for d in train + held] == ["0"]
    assert report.dropped == {"duplicate": 999}


def test_counts_are_kept_by_source_and_licence(tmp_path):
    rows = [
        {"text": "a1", "source": "wiki", "licence": "CC0"},
        {"text": "a22", "source": "wiki"},
        {"text": "b333", "source": "books"},
    ]
    report, _, _ = write_corpus(tmp_path, rows, licence="PD")
    wiki, books = report.sources["wiki"], report.sources["books"]
    assert (wiki.documents, wiki.characters, wiki.licences) == (2, 5, {"CC0": 1, "PD": 1})
    assert (books.documents, books.characters, books.licences) == (1, 4, {"PD": 1})
    for side in ("train", "held"):
        counts = storage.read_manifest(tmp_path / side, "documents").counts
        assert counts["sources"]["books"]["licences"] == {"PD": 1}
        assert counts["records_in"] == 3


def test_a_source_for_every_document_does_not_swell_the_manifest(tmp_path, monkeypatch):
    monkeypatch.setattr(candidates, "MAX_NAMED_ORIGINS", 3)
    rows = [{"text": f"text {n}", "source": f"page {n}"} for n in range(10)]
    report, train, held = write_corpus(tmp_path, rows)
    assert report.sources["(others)"].documents == 7
    assert len(report.sources) == 4
    assert_accounted(report, train, held)


def test_quarantine_names_places_and_no_text(tmp_path):
    rows = [{"text": "kept one"}, b'{"text": "\xff secret"}', {"text": "kept two"}]
    write_corpus(tmp_path, rows, max_quarantined_fraction=0.5)
    listing = (tmp_path / "train" / "quarantine.jsonl").read_text()
    offset = (tmp_path / "in.jsonl").read_bytes().index(b"\xff")
    place = str(tmp_path / "in.jsonl")
    where = {"file": place, "byte_offset": offset, "row": None, "records": 1}
    assert json.loads(listing) == where | {"reason": "undecodable"}
    assert not (tmp_path / "held" / "quarantine.jsonl").exists()


def test_nothing_quarantined_leaves_no_listing(tmp_path):
    write_corpus(tmp_path, rows_of(["one", "two"]))
    assert not (tmp_path / "train" / "quarantine.jsonl").exists()


# --- documents ---


def test_ids_are_unique_and_the_first_keeps_its_own(tmp_path):
    rows = [{"text": f"text {n}", "id": "same"} for n in range(3)]
    rows += [{"text": "without"}, {"text": "blank", "id": "\u200b"}, {"text": "x", "id": "a\nb"}]
    _, train, held = write_corpus(tmp_path, rows, held_out_fraction=0.0)
    ids = [d.id for d in train]
    assert held == []
    assert len(set(ids)) == 6
    assert ids[0] == "same"
    assert all(id.startswith("same#") for id in ids[1:3])
    assert ids[3] == "in.jsonl:99"
    assert ids[4] != ""
    assert ids[5] == "a b"


def test_documents_survive_the_round_trip_over_many_shards(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "SHARD_BYTES", 500)
    texts = [f'"{n}" \u2603 \U0001f600 line\nline {n * n}' for n in range(100)]
    _, train, held = write_corpus(tmp_path, rows_of([*texts, "long " * 500]))
    assert sorted(d.text for d in train + held) == sorted([*texts, ("long " * 500).strip()])
    assert {d.source for d in train + held} == {"in.jsonl"}
    assert len(list((tmp_path / "train").glob("documents-*.jsonl.zst"))) > 10


def test_equal_input_gives_equal_artifacts(tmp_path):
    digests = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_corpus(tmp_path / name, rows_of(map(str, range(100))))
        folders = [tmp_path / name / side for side in ("train", "held")]
        digests.append([storage.verify(folder, "documents").digest for folder in folders])
    assert digests[0] == digests[1]


def test_a_changed_shard_is_refused_before_the_first_document(tmp_path):
    write_corpus(tmp_path, rows_of(["one", "two"]))
    shard = tmp_path / "train" / "documents-00000.jsonl.zst"
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(bytes(content))
    with pytest.raises(IntegrityError, match="sha256"):
        read_documents(tmp_path / "train")


# --- held-out side ---


def test_membership_is_a_function_of_the_text(tmp_path):
    texts = [f"document number {n}" for n in range(400)]
    _, train, held = write_corpus(tmp_path, rows_of(texts), held_out_fraction=0.2)
    for kept in train + held:
        digest = hashlib.sha256(kept.text.encode()).hexdigest()
        assert (kept in held) == (int(digest, 16) / 16**64 < 0.2)
    assert 0.1 < len(held) / 400 < 0.3
    random.Random(3).shuffle(texts)
    more = [*texts, *(f"another {n}" for n in range(200))]
    _, train_more, held_more = write_corpus(tmp_path, rows_of(more), held_out_fraction=0.2)
    assert {d.text for d in train} <= {d.text for d in train_more}
    assert {d.text for d in held} <= {d.text for d in held_more}


@pytest.mark.parametrize("fraction", [1e-12, 0.5, 1 - 1e-12])
@pytest.mark.parametrize("num_documents", [2, 3, 7])
def test_neither_side_stays_empty(tmp_path, fraction, num_documents):
    texts = [f"document {n}" for n in range(num_documents)]
    sides = set()
    for order in (texts, texts[::-1]):
        report, train, held = write_corpus(tmp_path, rows_of(order), held_out_fraction=fraction)
        assert train
        assert held
        assert_accounted(report, train, held)
        sides.add(frozenset(d.text for d in held))
    assert len(sides) == 1  # the order of the records does not decide


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1 - 1e-12])
def test_a_lone_document_is_for_training(tmp_path, fraction):
    report, train, held = write_corpus(tmp_path, rows_of(["one"]), held_out_fraction=fraction)
    assert (len(train), held) == (1, [])
    assert_accounted(report, train, held)


def test_a_fraction_of_zero_holds_nothing_out(tmp_path):
    _, train, held = write_corpus(tmp_path, rows_of("abc"), held_out_fraction=0.0)
    assert (len(train), held) == (3, [])


# --- all or nothing ---


def refused(tmp_path, error, **options):
    with pytest.raises(error) as caught:
        write_corpus(tmp_path, **options)
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl"}
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_too_many_unreadable_records_name_the_first_and_a_remedy(tmp_path):
    rows = [*rows_of(map(str, range(9))), b"{broken", b"{"]
    message = refused(tmp_path, DataError, rows=rows)
    offset = (tmp_path / "in.jsonl").read_bytes().index(b"{broken")
    assert str(tmp_path / "in.jsonl") in message
    assert f"not_json at byte {offset}" in message
    assert "2 of 11 records" in message
    assert "corpus.max_quarantined_fraction" in message


@pytest.mark.parametrize("rows", [[], [b" \t"], rows_of(["", " \n "]), rows_of(["short"])])
def test_a_corpus_without_documents_lists_files_and_counts(tmp_path, rows):
    message = refused(tmp_path, DataError, rows=rows, min_characters=10)
    assert str(tmp_path / "in.jsonl") in message
    assert "corpus.min_characters" in message
    counts = collections.Counter("too_short" if r == {"text": "short"} else "empty" for r in rows)
    for reason in ("empty", "too_short"):
        assert (f"{counts[reason]} {reason}" in message) == (counts[reason] > 0)


@pytest.mark.parametrize("failing", ["train", "held"])
def test_both_sides_are_published_or_neither(tmp_path, monkeypatch, failing):
    replace = storage._replace_folder

    def fail_for_one(source, target, *more):
        if target.name == failing:
            raise OSError(28, "No space left on device", str(target))
        replace(source, target, *more)

    monkeypatch.setattr(storage, "_replace_folder", fail_for_one)
    assert "No space left" in refused(tmp_path, StorageError, rows=rows_of("ab"))


def test_an_interrupted_run_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(documents, "decide", interrupt)
    refused(tmp_path, KeyboardInterrupt, rows=rows_of("ab"))


def test_a_failed_run_leaves_an_earlier_result_alone(tmp_path):
    _, before, _ = write_corpus(tmp_path, rows_of("abc"))
    with pytest.raises(DataError):
        write_corpus(tmp_path, [b"{"])
    assert list(read_documents(tmp_path / "train")) == before
