"""What is read of a documents artifact: all of it as written, or one line that says why not."""

import json

import pytest
from corpus_example import config_of, counts_of

from spanbert.errors import DataError, IntegrityError
from spanbert.report.corpus_facts import MAX_PLACES, read_facts
from spanbert.storage import publish, read_manifest


def publish_documents(folder, counts, files=()):
    with publish(folder, "documents", inputs={"sources": "5" * 64}, config=config_of()) as draft:
        draft.counts |= counts
        for name, text in dict(files).items():
            (draft.folder / name).write_text(text, encoding="utf-8")
    return folder


def places(number):
    lines = [{"file": "a.txt", "byte_offset": n, "reason": "undecodable"} for n in range(number)]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_counts_settings_and_digests_are_those_of_the_manifest(tmp_path):
    folder = publish_documents(tmp_path / "d", counts_of(), {"documents-0.jsonl.zst": "x" * 10})
    facts = read_facts(folder)
    assert facts.counts == counts_of()
    assert facts.config == config_of()
    assert facts.digest == read_manifest(folder, "documents").digest
    assert (facts.num_files, facts.size_bytes) == (1, 10)
    assert (facts.samples, facts.places) == ({}, [])


def test_samples_and_the_first_places_are_read(tmp_path):
    samples = {"too_short": ["Ach, \u2603"]}
    files = {"samples.json": json.dumps(samples), "quarantine.jsonl": places(100)}
    facts = read_facts(publish_documents(tmp_path / "d", counts_of(), files))
    assert facts.samples == samples
    assert [place["byte_offset"] for place in facts.places] == list(range(MAX_PLACES))


@pytest.mark.parametrize("name", ["samples.json", "quarantine.jsonl"])
@pytest.mark.parametrize("damage", ["{}", None])
def test_a_listing_that_is_not_as_it_was_written_is_refused(tmp_path, name, damage):
    files = {"samples.json": '{"empty": ["x"]}', "quarantine.jsonl": places(1)}
    path = publish_documents(tmp_path / "d", counts_of(), files) / name
    path.unlink() if damage is None else path.write_text(damage)
    with pytest.raises(IntegrityError, match=name):
        read_facts(path.parent)


def test_a_listing_that_the_manifest_does_not_name_is_not_read(tmp_path):
    folder = publish_documents(tmp_path / "d", counts_of())
    (folder / "samples.json").write_text('{"empty": ["forged"]}')
    assert read_facts(folder).samples == {}


@pytest.mark.parametrize("name", ["records_in", "dropped", "sources"])
def test_a_manifest_without_the_counts_of_a_corpus_is_refused(tmp_path, name):
    folder = publish_documents(tmp_path / "d", counts_of() | {name: "many"})
    with pytest.raises(DataError, match=f"does not count {name}"):
        read_facts(folder)


def test_another_artifact_is_refused(tmp_path):
    with publish(tmp_path / "d", "shards"):
        pass
    with pytest.raises(DataError, match="this is shards"):
        read_facts(tmp_path / "d")
