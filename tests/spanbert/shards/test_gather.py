"""Batches of segments are read as the writer had them, from any shards, in any order."""

from dataclasses import replace

import numpy as np
import pytest
import spacy_rules
from hypothesis import given
from hypothesis import strategies as st

from spanbert.shards import writer
from spanbert.shards.gather import copy_bits, copy_runs
from spanbert.shards.reader import ShardReader

runs = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30)), max_size=8)


def as_arrays(chosen):
    starts, lengths = np.array(chosen, dtype=np.int64).reshape(-1, 2).T.copy()
    return starts, lengths, np.cumsum(lengths) - lengths


@pytest.mark.parametrize("dtype", ["<u2", "<u4", "<i4"])
@given(chosen=runs)
def test_runs_are_copied_end_to_end(dtype, chosen):
    source = np.arange(500, 620, dtype=dtype)
    source.flags.writeable = False  # as a mapped file is
    starts, lengths, firsts = as_arrays(chosen)
    copied = np.zeros(lengths.sum(), dtype=np.int64)
    copy_runs(source, starts, lengths, firsts, copied)
    assert copied.tolist() == [int(v) for a, n in chosen for v in source[a : a + n]]


@given(chosen=runs, seed=st.integers(0, 999))
def test_bits_are_those_of_numpy(chosen, seed):
    source = np.random.default_rng(seed).integers(0, 256, 15, dtype=np.uint8)
    source.flags.writeable = False
    starts, lengths, firsts = as_arrays(chosen)
    copied = np.zeros(lengths.sum(), dtype=bool)
    copy_bits(source, starts, lengths, firsts, copied)
    bits = np.unpackbits(source).astype(bool)
    assert copied.tolist() == [bool(v) for a, n in chosen for v in bits[a : a + n]]


@pytest.fixture(scope="module")
def readers(artifacts, pair_shards, tmp_path_factory):
    """The pairs with annotations in one shard, and the same in several."""
    folder = tmp_path_factory.mktemp("gather") / "many"
    rules = str(spacy_rules.save_rules(folder.parent / "rules"))
    config = replace(artifacts.config.shards, pairs=True, annotator=rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "SHARD_TOKENS", 700)
        writer.write_shards(artifacts.documents, artifacts.tokenizer, folder, config)
    assert len(list(folder.glob("*.tokens"))) > 3
    return ShardReader(pair_shards), ShardReader(folder)


@pytest.mark.parametrize("annotation", ["", "entities", "noun_phrases"])
def test_a_batch_from_many_shards_is_its_segments(readers, annotation):
    one = readers[0]
    numbers = np.random.default_rng(3).integers(len(one), size=40)
    expected = [one.segment(n) for n in numbers.tolist()]
    for reader in readers:
        found = reader.gather(numbers, annotation)
        assert found.numbers.tolist() == numbers.tolist()
        assert found.lengths.tolist() == [len(s.ids) for s in expected]
        assert found.ids.tolist() == [i for s in expected for i in s.ids.tolist()]
        assert found.word_starts.tolist() == [i for s in expected for i in s.word_starts.tolist()]
        assert found.splits.tolist() == [s.split for s in expected]
        assert found.random_next.tolist() == [int(s.is_random_next) for s in expected]
        spans = [getattr(s, annotation).tolist() if annotation else [] for s in expected]
        assert found.spans.tolist() == [span for part in spans for span in part]
        assert np.diff(found.span_offsets).tolist() == [len(part) for part in spans]
    assert annotation == "" or len(found.spans) > 10


def test_single_segments_keep_their_spans_across_shards(readers):
    one, many = readers
    for number in range(len(one)):
        a, b = one.segment(number), many.segment(number)
        assert np.array_equal(a.entities, b.entities)
        assert np.array_equal(a.noun_phrases, b.noun_phrases)


def test_pieces_at_places_of_many_shards(readers):
    one = readers[0]
    ids = [i for n in range(len(one)) for i in one.segment(n).ids.tolist()]
    places = np.random.default_rng(1).integers(one.num_tokens, size=300)
    for reader in readers:
        assert reader.tokens_at(places).tolist() == [ids[place] for place in places]
        assert reader.tokens_at(places[:0]).tolist() == []
    with pytest.raises(IndexError):
        one.gather(np.array([len(one)]))
