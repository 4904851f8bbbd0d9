"""A corpus that is killed, grows or changes: only what is missing is read, and the bytes are those
of a run that nobody disturbed (F43, F47, F48)."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import read_documents, write_documents
from spanbert.errors import DataError, IntegrityError
from spanbert.storage import read_manifest

WORDS = ["river", "stone", "winter", "letter", "garden", "music", "silver", "window", "candle"]


def text(number, num_words=60):
    """Words of their own for each number, so that no two texts are similar."""
    return " ".join(
        WORDS[(number * 7 + i * i) % len(WORDS)] + str(number) for i in range(num_words)
    )


def write_sources(folder, num_files=4, num_documents=20):
    folder.mkdir(exist_ok=True)
    for file in range(num_files):
        texts = [text(file * num_documents + n) for n in range(num_documents)]
        (folder / f"{file}.jsonl").write_text("\n".join(json.dumps({"text": t}) for t in texts))
    return CorpusConfig(sources=(str(folder),), held_out_fraction=0.1)


@pytest.fixture
def small_chunks(monkeypatch):
    """Some chunks for each file."""
    monkeypatch.setattr("spanbert.corpus.sources.chunks.CHUNK_BYTES", 4096)


def digests(folder, config, **options):
    """Digests of both artifacts of a corpus that is written to `folder`."""
    write_documents(folder / "train", folder / "held", config, **options)
    return [read_manifest(folder / side, "documents").digest for side in ("train", "held")]


def parts(work):
    """When each finished part was made."""
    return {path.parent.name: path.stat().st_mtime_ns for path in work.glob("*/manifest.json")}


@pytest.mark.usefixtures("small_chunks")
def test_what_was_read_before_a_failure_is_not_read_again(tmp_path):
    config = write_sources(tmp_path / "in")
    undisturbed = digests(tmp_path / "control", config)
    last = tmp_path / "in" / "3.jsonl"
    good = last.read_bytes()
    last.write_bytes(b"{\n" * 200)
    work = tmp_path / "work"
    with pytest.raises(DataError):
        digests(tmp_path / "out", config, work=work)
    before = parts(work)
    assert not (tmp_path / "out" / "train").exists()
    last.write_bytes(good)
    kept = {}
    assert digests(tmp_path / "out", config, work=work, say=lambda _: kept.update(parts(work))) == (
        undisturbed
    )
    read_before = [name for name in before if name in kept]
    assert len(read_before) == len(before) >= 4
    assert all(kept[name] == before[name] for name in read_before)
    assert not work.exists(), "nothing is left of the work once it is done"


@pytest.mark.usefixtures("small_chunks")
def test_f48_a_changed_source_is_read_again_and_never_mixed(tmp_path):
    config = write_sources(tmp_path / "in")
    work = tmp_path / "work"
    strict = replace(config, min_characters=10**6)  # nothing is left, so the parts stay
    with pytest.raises(DataError, match="no document is left"):
        digests(tmp_path / "out", strict, work=work)
    before = parts(work)
    first = tmp_path / "in" / "0.jsonl"
    first.write_text(first.read_text().replace("river", "RIVER", 1))
    with pytest.raises(DataError, match="no document is left"):
        digests(tmp_path / "out", strict, work=work)
    assert len(parts(work)) == len(before) + 1
    digests(tmp_path / "out", config, work=work)
    assert any("RIVER" in d.text for d in read_documents(tmp_path / "out" / "train"))


def test_a_damaged_part_is_made_again(tmp_path):
    config = write_sources(tmp_path / "in")
    undisturbed = digests(tmp_path / "control", config)
    work = tmp_path / "work"

    def damage(_line):
        for path in work.glob("read-*/candidates-00000.jsonl.zst"):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)

    strict = replace(config, max_quarantined_fraction=0.0)
    (tmp_path / "in" / "bad.jsonl").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        digests(tmp_path / "out", strict, work=work, say=damage)
    (tmp_path / "in" / "bad.jsonl").unlink()
    assert digests(tmp_path / "out", config, work=work) == undisturbed


def test_what_a_kill_has_left_of_the_removal_of_parts_is_made_again(tmp_path):
    config = write_sources(tmp_path / "in")
    undisturbed = digests(tmp_path / "control", config)
    work = tmp_path / "work"
    strict = replace(config, min_characters=10**6)  # nothing is left, so the parts stay

    def half_remove(_line):
        for manifest in work.glob("read-*/manifest.json"):
            manifest.unlink()

    with pytest.raises(DataError):
        digests(tmp_path / "out", strict, work=work, say=half_remove)
    assert any(work.glob("read-*/*.bin"))
    with pytest.raises(DataError, match="no document is left"):
        digests(tmp_path / "out", strict, work=work)
    assert digests(tmp_path / "out", config, work=work) == undisturbed


def test_f43_a_thousand_copies_are_one_document_and_the_first_survives(tmp_path):
    rows = [{"id": "first", "text": text(1)}] + [{"text": text(1)}] * 999
    rows += [{"id": "alike", "text": text(1, 59) + " otherwise"}, {"id": "other", "text": text(2)}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    config = CorpusConfig(sources=(str(tmp_path / "in.jsonl"),), held_out_fraction=0.0)
    report = write_documents(tmp_path / "train", tmp_path / "held", config)
    assert [d.id for d in read_documents(tmp_path / "train")] == ["first", "other"]
    assert report.dropped == {"duplicate": 999, "near_duplicate": 1}
    assert report.most_copies == 1000


@pytest.mark.parametrize("content", ["", "\n\n", "one short line"])
def test_f47_a_corpus_of_nearly_nothing_is_refused_with_what_became_of_it(tmp_path, content):
    (tmp_path / "tiny.txt").write_text(content)
    config = CorpusConfig(sources=(str(tmp_path / "tiny.txt"),))
    with pytest.raises(DataError, match="no document is left of") as told:
        digests(tmp_path / "out", config)
    assert "tiny.txt" in str(told.value)
    assert told.value.exit_code == 3


def test_a_bomb_among_the_sources_leaves_no_artifact(tmp_path):
    config = write_sources(tmp_path / "in", num_files=1)
    (tmp_path / "in" / "z.txt.gz").write_bytes(gzip.compress(b"a" * 300 * 2**20, 9))
    with pytest.raises(IntegrityError):
        digests(tmp_path / "out", config)
    assert not (tmp_path / "out" / "train").exists()
    assert not (tmp_path / "out" / "held").exists()


# what repeats would be cut into equal parts, of which one stays
LONG_LINES = {
    "words": lambda: "".join(f"word{n} " for n in range(8_500_000)),
    "no spaces": lambda: "".join(f"{n:x}" for n in range(17_500_000)),
    "punctuation": lambda: "".join(f".{'-' * (n % 7)},{'!' * (n % 11)}" for n in range(10_500_000)),
    "wide": lambda: "".join(chr(0x4E00 + n * n % 20_000) for n in range(34_000_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG_LINES)
def test_f39_a_line_of_100_mb_becomes_shards_within_a_gibibyte(artifacts, tmp_path, kind):
    source = tmp_path / "line.txt"
    source.write_text(LONG_LINES[kind]())
    assert source.stat().st_size > 95e6
    script = Path(__file__).parents[1] / "corpus_stage_memory.py"
    command = [sys.executable, str(script), str(source), str(artifacts.tokenizer), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    lost, num_words, peak_bytes = map(int, done.stdout.split())
    assert lost <= 200, "spaces where parts meet"
    assert num_words > 0
    assert peak_bytes < 2**30


@pytest.mark.ray
@pytest.mark.usefixtures("small_chunks")
def test_two_workers_write_the_bytes_of_one(tmp_path):
    config = write_sources(tmp_path / "in")
    one = digests(tmp_path / "one", config)
    assert digests(tmp_path / "two", replace(config, num_workers=2)) == one


@pytest.mark.slow
def test_a_corpus_killed_again_and_again_is_that_of_one_go(tmp_path, monkeypatch):
    monkeypatch.setattr("spanbert.corpus.sources.chunks.CHUNK_BYTES", 2**19)  # as the script has it
    config = write_sources(tmp_path / "in", num_files=12, num_documents=2_000)
    undisturbed = digests(tmp_path / "control", config)
    script = (
        "import sys; from pathlib import Path; from spanbert.corpus.config import CorpusConfig;"
        "from spanbert.corpus import documents; from spanbert.corpus.sources import chunks;"
        "chunks.CHUNK_BYTES = 2**19; out = Path(sys.argv[2]);"
        "config = CorpusConfig(sources=(sys.argv[1],), held_out_fraction=0.1);"
        "documents.write_documents(out / 'train', out / 'held', config, work=out / 'work')"
    )
    out = tmp_path / "out"
    for attempt in range(100):
        process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "in"), str(out)])
        with_time = 2.0 + 0.4 * attempt  # so that some attempt comes to the end
        deadline = time.monotonic() + with_time
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == 0
    assert attempt >= 1, "it was killed at least once"
    assert [read_manifest(out / s, "documents").digest for s in ("train", "held")] == undisturbed
