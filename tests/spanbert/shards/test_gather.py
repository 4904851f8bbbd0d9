"""Batches of segments are read as the writer had them, from any shards, in any order."""

from dataclasses import replace

import numpy as np
import pytest
import spacy_rules
from document_files import spread
from hypothesis import given
from hypothesis import strategies as st

from spanbert.shards.gather import MappedArrays, Runs
from spanbert.shards.reader import ShardReader
from spanbert.shards.writer import write_shards

runs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 90), st.integers(0, 30)), max_size=8)


def as_runs(chosen):
    return Runs(*np.array(chosen, dtype=np.int64).reshape(-1, 3).T.copy())


def mapped(arrays):
    """As files are: they cannot be written."""
    for array in arrays:
        array.flags.writeable = False
    return MappedArrays(arrays)


@pytest.mark.parametrize("dtype", ["<u2", "<u4", "<i4", "<i8"])
@given(chosen=runs)
def test_runs_are_joined_end_to_end(dtype, chosen):
    arrays = [np.arange(first, first + 120, dtype=dtype) for first in (500, 700, 65_000)]
    found = mapped(arrays).joined(as_runs(chosen))
    assert found.tolist() == [int(v) for shard, a, n in chosen for v in arrays[shard][a : a + n]]


@given(chosen=runs, seed=st.integers(0, 999))
def test_bits_are_those_of_numpy(chosen, seed):
    arrays = list(np.random.default_rng(seed).integers(0, 256, (3, 15), dtype=np.uint8))
    found = mapped(arrays).joined_bits(as_runs(chosen))
    bits = [np.unpackbits(array).astype(bool) for array in arrays]
    assert found.tolist() == [bool(v) for shard, a, n in chosen for v in bits[shard][a : a + n]]


def test_nothing_beyond_the_end_of_an_array_is_read():
    arrays = mapped([np.arange(9, dtype="<i4"), np.arange(3, dtype="<i4")])
    shards = np.array([1])
    assert arrays.at(shards, np.array([2])).tolist() == [2]
    assert arrays.joined(Runs(shards, np.array([1]), np.array([2]))).tolist() == [1, 2]
    with pytest.raises(IndexError):
        arrays.at(shards, np.array([3]))
    with pytest.raises(IndexError):
        arrays.joined(Runs(shards, np.array([1]), np.array([3])))
    with pytest.raises(IndexError):
        arrays.joined_bits(Runs(shards, np.array([90]), np.array([7])))


@pytest.fixture(scope="module")
def readers(artifacts, pair_shards, tmp_path_factory):
    """The pairs with annotations in one shard, and the same in several."""
    folder = tmp_path_factory.mktemp("gather") / "many"
    rules = str(spacy_rules.save_rules(folder.parent / "rules"))
    config = replace(artifacts.config.shards, pairs=True, annotator=rules)
    documents = spread(artifacts.documents, folder.parent / "documents", 9)
    write_shards(documents, artifacts.tokenizer, folder, config)
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
        assert reader.pieces(numbers).tolist() == found.ids.tolist()
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
    for number in (-1, len(one)):
        with pytest.raises(IndexError):
            one.gather(np.array([number]))
