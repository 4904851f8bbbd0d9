"""Shards hold every piece of every document, and are read back as written."""

import numpy as np
import pytest

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


def test_several_shards_read_like_one(artifacts, tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "SHARD_TOKENS", 500)
    writer.write_shards(
        artifacts.documents, artifacts.tokenizer, tmp_path / "many", artifacts.config.shards
    )
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
