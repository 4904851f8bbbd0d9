"""Shards hold every piece of every document, and are read back as written."""

from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest
import spacy_rules
from document_files import documents_of, spread, write_files

from spanbert.corpus.documents import read_documents
from spanbert.corpus.sentences import sentence_spans
from spanbert.errors import DataError, IntegrityError
from spanbert.shards import writer
from spanbert.shards.config import ShardsConfig
from spanbert.shards.format import token_type
from spanbert.shards.reader import ShardReader
from spanbert.storage import publish, read_manifest
from spanbert.tokenizer.subword import load_tokenizer


def all_pieces(documents, tokenizer):
    """The obvious way: sentence by sentence, one at a time."""
    wordpiece = load_tokenizer(tokenizer)
    texts = [d.text[a:b] for d in read_documents(documents) for a, b in sentence_spans(d.text)]
    encodings = [wordpiece.encode(text) for text in texts]
    ids = [i for e in encodings for i in e.ids.tolist()]
    return ids, [s for e in encodings for s in e.word_starts.tolist()]


def test_no_piece_is_lost_or_changed(artifacts):
    reader = ShardReader(artifacts.shards)
    segments = [reader.segment(i) for i in range(len(reader))]
    ids, words = all_pieces(artifacts.documents, artifacts.tokenizer)
    assert np.concatenate([s.ids for s in segments]).tolist() == ids
    assert np.concatenate([s.word_starts for s in segments]).tolist() == words
    counts = read_manifest(artifacts.shards, "shards").counts
    assert (counts["tokens"], counts["words"]) == (len(ids), sum(words))
    assert counts["segments"] == len(segments)


def test_several_shards_read_like_one(artifacts, tmp_path):
    documents = spread(artifacts.documents, tmp_path / "documents", 7)
    writer.write_shards(documents, artifacts.tokenizer, tmp_path / "many", artifacts.config.shards)
    one, many = ShardReader(artifacts.shards), ShardReader(tmp_path / "many")
    assert len(list((tmp_path / "many").glob("*.tokens"))) > 2
    assert np.array_equal(one.lengths(), many.lengths())
    assert np.array_equal(one.unigram_counts(), many.unigram_counts())
    for number in range(len(one)):
        assert np.array_equal(one.segment(number).ids, many.segment(number).ids)
        assert np.array_equal(one.segment(number).word_starts, many.segment(number).word_starts)
    places = np.arange(one.num_tokens)
    assert np.array_equal(one.tokens_at(places), many.tokens_at(places))


def test_the_same_inputs_give_the_same_bytes(artifacts, tmp_path):
    writer.write_shards(
        artifacts.documents, artifacts.tokenizer, tmp_path / "again", artifacts.config.shards
    )
    first, second = (read_manifest(f, "shards") for f in (artifacts.shards, tmp_path / "again"))
    assert first.digest == second.digest


def test_ids_are_two_bytes_wide_while_they_can_be():
    assert token_type(1 << 16).itemsize == 2
    assert token_type((1 << 16) + 1).itemsize == 4


def test_a_changed_byte_is_refused(artifacts, tmp_path):
    folder = tmp_path / "damaged"
    writer.write_shards(artifacts.documents, artifacts.tokenizer, folder, artifacts.config.shards)
    path = folder / "00000.tokens"
    content = bytearray(path.read_bytes())
    content[7] ^= 64
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=r"00000\.tokens"):
        ShardReader(folder)


def test_documents_without_text_leave_no_shards(artifacts, tmp_path):
    with publish(tmp_path / "empty", "documents"):
        pass
    with pytest.raises(DataError, match="no text left"):
        writer.write_shards(
            tmp_path / "empty", artifacts.tokenizer, tmp_path / "out", ShardsConfig()
        )
    assert not (tmp_path / "out").exists()


def pieces_by_document(artifacts):
    """The obvious way, for each document: ids, and whether each begins a word."""
    tokenizer = load_tokenizer(artifacts.tokenizer)
    made = []
    for document in read_documents(artifacts.documents):
        texts = [document.text[a:b] for a, b in sentence_spans(document.text)]
        encodings = [tokenizer.encode(text) for text in texts]
        starts = [s for e in encodings for s in e.word_starts.tolist()]
        made.append(list(zip([i for e in encodings for i in e.ids.tolist()], starts, strict=True)))
    return made


def is_run_of(part, whole):
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def parts_of(segment):
    pieces = list(zip(segment.ids.tolist(), segment.word_starts.tolist(), strict=True))
    return pieces[: segment.split], pieces[segment.split :]


def test_pairs_are_runs_of_pieces_of_their_documents(artifacts, tmp_path):
    documents = spread(artifacts.documents, tmp_path / "documents", 11)
    config = replace(artifacts.config.shards, pairs=True, short_fraction=0.1)
    report = writer.write_shards(documents, artifacts.tokenizer, tmp_path / "p", config)
    reader = ShardReader(tmp_path / "p")
    assert reader.has_pairs
    wholes = pieces_by_document(artifacts)
    numbers = np.concatenate(
        [np.fromfile(p, "<i8") for p in sorted((tmp_path / "p").glob("*.documents"))]
    )
    segments = [reader.segment(i) for i in range(len(reader))]
    for number, segment in zip(numbers, segments, strict=True):
        first, second = parts_of(segment)
        assert 0 < len(first) < len(segment.ids) <= config.max_pieces - 1
        assert is_run_of(first, wholes[number])
        sources = [w for i, w in enumerate(wholes) if (i != number) == segment.is_random_next]
        assert any(is_run_of(second, whole) for whole in sources)
    random_tokens = sum(len(s.ids) - s.split for s in segments if s.is_random_next)
    assert report.repeated_tokens == random_tokens > 0
    assert report.tokens == reader.num_tokens
    total = sum(map(len, wholes))
    assert total == report.tokens - report.repeated_tokens + report.dropped_tokens
    names = {name.partition(".")[2] for name in reader.manifest.files}
    assert names == {"tokens", "words", "offsets", "documents", "splits", "random_next"}


def test_pairs_depend_on_the_seed_alone(artifacts, tmp_path):
    digests = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        config = replace(artifacts.config.shards, pairs=True, seed=seed)
        writer.write_shards(artifacts.documents, artifacts.tokenizer, tmp_path / name, config)
        digests.append(read_manifest(tmp_path / name, "shards").digest)
    assert digests[0] == digests[1] != digests[2]


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    pytest.importorskip("spacy")
    return spacy_rules.save_rules(tmp_path_factory.mktemp("rules") / "pipeline")


@pytest.mark.parametrize("pairs", [False, True])
def test_annotations_are_whole_in_their_part_of_a_segment(artifacts, rules, tmp_path, pairs):
    config = replace(artifacts.config.shards, pairs=pairs, annotator=str(rules))
    report = writer.write_shards(artifacts.documents, artifacts.tokenizer, tmp_path / "a", config)
    reader, tokenizer = ShardReader(tmp_path / "a"), load_tokenizer(artifacts.tokenizer)
    assert reader.is_annotated
    assert reader.manifest.config["annotator"] == "en_pipeline 0.0.0"
    entities = [text for text, label in spacy_rules.ENTITIES.items() if label != "DATE"]
    for name, phrases in (("entities", entities), ("noun_phrases", spacy_rules.NOUN_PHRASES)):
        wanted = [tokenizer.encode(phrase).ids.tolist() for phrase in phrases]
        count = 0
        for segment in (reader.segment(i) for i in range(len(reader))):
            ids, cut = segment.ids.tolist(), segment.split
            expected = [
                [a, a + len(phrase)]
                for phrase in wanted
                for a in range(len(ids))
                if ids[a : a + len(phrase)] == phrase and not a < cut < a + len(phrase)
            ]
            assert getattr(segment, name).tolist() == sorted(expected)
            count += len(expected)
        assert count == getattr(report, name) > 0


def test_shards_made_before_pairs_and_annotations_are_read(tmp_path):
    with publish(tmp_path / "old", "shards") as draft:
        arrays = {
            "tokens": bytes([7, 0, 8, 0, 9, 0]),  # three ids of two bytes
            "words": bytes([0b10100000]),
            "offsets": b"".join(n.to_bytes(8, "little") for n in (0, 2, 3)),
            "documents": b"".join(n.to_bytes(8, "little") for n in (0, 1)),
        }
        for name, content in arrays.items():
            (draft.folder / f"00000.{name}").write_bytes(content)
        draft.counts |= {"token_type": "<u2", "vocab_size": 10}
    reader = ShardReader(tmp_path / "old")
    first, second = reader.segment(0), reader.segment(1)
    assert (first.ids.tolist(), first.word_starts.tolist()) == ([7, 8], [True, False])
    assert (second.ids.tolist(), second.word_starts.tolist()) == ([9], [True])
    assert not reader.has_pairs
    assert not reader.is_annotated
    assert (first.split, first.is_random_next) == (0, False)
    assert first.entities.shape == first.noun_phrases.shape == (0, 2)


class Killed(Exception):
    """The end of a process."""


def processes(task, items, num_workers, work_folder, say, sizes):
    """Workers as processes, which get the task by pickling, as Ray's do."""
    with ProcessPoolExecutor(num_workers, get_context("spawn")) as pool:
        yield from pool.map(task, items)


@pytest.mark.parametrize("pairs", [False, True])
def test_bytes_do_not_depend_on_the_workers(artifacts, tmp_path, monkeypatch, pairs):
    documents = spread(artifacts.documents, tmp_path / "documents", 9)
    config, made = replace(artifacts.config.shards, pairs=pairs), []
    for num_workers in (1, 3):
        folder = tmp_path / str(num_workers)
        report = writer.write_shards(
            documents, artifacts.tokenizer, folder, config, num_workers=num_workers
        )
        made.append((report, read_manifest(folder, "shards").digest))
        monkeypatch.setattr(writer, "run_tasks", processes)
        monkeypatch.setattr(writer, "task_workers", lambda *_: nullcontext())
    assert made[0] == made[1]


@pytest.mark.parametrize("pairs", [False, True])
def test_where_documents_are_cut_into_files_changes_no_segment(artifacts, tmp_path, pairs):
    config = replace(artifacts.config.shards, pairs=pairs, short_fraction=0.1)
    found = []
    for per_file in (1000, 7):
        documents = spread(artifacts.documents, tmp_path / f"documents-{per_file}", per_file)
        folder = tmp_path / f"shards-{per_file}"
        report = writer.write_shards(documents, artifacts.tokenizer, folder, config)
        reader = ShardReader(folder)
        numbers = [n for p in sorted(folder.glob("*.documents")) for n in np.fromfile(p, "<i8")]
        segments = [reader.segment(i) for i in range(len(reader))]
        found.append((report, numbers, [(s.ids.tolist(), s.split) for s in segments]))
    assert found[0] == found[1]


def stopping(after):
    """Workers that are killed when so many tasks are done."""

    def run(task, items, num_workers, work_folder, say, sizes):
        for number, item in enumerate(items):
            if number == after:
                raise Killed
            yield task(item)

    return run


def leave_three_parts(documents, tokenizer, folder, config, work):
    """A run that is killed when it has made three parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "run_tasks", stopping(after=3))
        with pytest.raises(Killed):
            writer.write_shards(documents, tokenizer, folder, config, work=work)
    assert not folder.exists()
    return inodes(work)


def inodes(work):
    return {path: path.stat().st_ino for path in work.rglob("manifest.json")}


@pytest.mark.parametrize("pairs", [False, True])
def test_a_killed_run_makes_only_what_is_missing(artifacts, tmp_path, pairs):
    documents = spread(artifacts.documents, tmp_path / "documents", 9)
    config, work = replace(artifacts.config.shards, pairs=pairs), tmp_path / "work"
    arguments = (documents, artifacts.tokenizer, tmp_path / "shards", config)
    made, at_the_end = leave_three_parts(*arguments, work), {}
    assert len(made) == 3
    writer.write_shards(*arguments, work=work, say=lambda _: at_the_end.update(inodes(work)))
    assert made.items() < at_the_end.items()
    assert not work.exists()
    writer.write_shards(documents, artifacts.tokenizer, tmp_path / "again", config)
    first, second = (read_manifest(tmp_path / n, "shards").digest for n in ("shards", "again"))
    assert first == second


@pytest.mark.parametrize("change", ["documents", "settings", "damage"])
def test_f48_parts_that_do_not_fit_are_made_again(artifacts, tmp_path, change):
    work, config = tmp_path / "work", artifacts.config.shards
    documents = spread(artifacts.documents, tmp_path / "documents", 9)
    leave_three_parts(documents, artifacts.tokenizer, tmp_path / "a", config, work)
    if change == "documents":
        documents = spread(artifacts.documents, tmp_path / "changed", 8)
    if change == "settings":
        config = replace(config, max_pieces=20)
    if change == "damage":
        path = next(work.rglob("00000.tokens"))
        path.write_bytes(bytes(path.stat().st_size))
    digests = []
    for name, kept in (("a", work), ("b", None)):
        folder = tmp_path / name
        writer.write_shards(documents, artifacts.tokenizer, folder, config, work=kept)
        digests.append(read_manifest(folder, "shards").digest)
    assert digests[0] == digests[1]


def test_a_file_without_a_piece_gets_no_shard_and_its_documents_count(artifacts, tmp_path):
    texts = ["A tall sailor.", "\u200b", "The young queen."]
    documents = write_files([[d] for d in documents_of(texts)], tmp_path / "documents")
    folder = tmp_path / "shards"
    report = writer.write_shards(documents, artifacts.tokenizer, folder, ShardsConfig())
    assert (report.documents, report.segments) == (3, 2)
    numbers = [np.fromfile(folder / f"0000{n}.documents", "<i8").tolist() for n in range(2)]
    assert numbers == [[0], [2]]
    assert len(ShardReader(folder)) == 2
