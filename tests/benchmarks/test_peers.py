"""The peers do the work that they stand for, and the same as ours."""

import math

import numpy as np
import pytest

from benchmarks import ours
from benchmarks.peers.bert import IGNORED, MaskedLM, masked_lm_inputs
from benchmarks.peers.original_heads import OriginalLayout, original_inputs
from benchmarks.peers.per_sequence_masking import collate, mask_sequence, masked_batch, merged
from benchmarks.same_work import require_equal, require_same_work
from benchmarks.workload import (
    CLS,
    MASK,
    MASK_RATE,
    MAX_SBO_PIECES,
    SEP,
    TOY,
    TOY_VOCAB_SIZE,
    synthetic_blocks,
)

BLOCKS = synthetic_blocks([128, 90, 41, 12], TOY_VOCAB_SIZE)
UNIGRAMS = np.concatenate([block.ids for block in BLOCKS])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    corpus = ours.write_corpus(BLOCKS, TOY_VOCAB_SIZE, folder)
    return ours.Data(corpus, ours.config(TOY))


@pytest.fixture
def batch(data):
    return data.all()


def test_the_original_layout_has_our_losses_and_gradient(batch):
    rows = ours.rows_of(batch)
    peer = OriginalLayout(TOY, TOY_VOCAB_SIZE, dropout=0.0)
    require_same_work(TOY, TOY_VOCAB_SIZE, batch, peer, original_inputs(rows))


def test_without_padding_too(data):
    batch = data.batch([0])
    inputs = original_inputs(ours.rows_of(batch))
    assert "attention_mask" not in inputs
    peer = OriginalLayout(TOY, TOY_VOCAB_SIZE, dropout=0.0)
    require_same_work(TOY, TOY_VOCAB_SIZE, batch, peer, inputs)


def test_the_masked_lm_has_our_loss_and_gradient(batch):
    peer = MaskedLM(TOY, TOY_VOCAB_SIZE, dropout=0.0)
    assert peer.inner.config._attn_implementation == "sdpa"
    inputs = masked_lm_inputs(ours.rows_of(batch))
    require_same_work(TOY, TOY_VOCAB_SIZE, batch, peer, inputs, has_sbo=False)


def test_other_work_is_refused(batch):
    inputs = original_inputs(ours.rows_of(batch))
    inputs["pair_labels"][0, 0, 0] = (inputs["pair_labels"][0, 0, 0] + 1) % TOY_VOCAB_SIZE
    peer = OriginalLayout(TOY, TOY_VOCAB_SIZE, dropout=0.0)
    with pytest.raises(AssertionError, match="not the same work: sbo_loss"):
        require_same_work(TOY, TOY_VOCAB_SIZE, batch, peer, inputs)


def test_losses_may_differ_by_a_ten_thousandth_alone():
    require_equal({"mlm_loss": 1.00009}, {"mlm_loss": 1.0})
    with pytest.raises(AssertionError, match=r"mlm_loss 1.0002 and 1.0"):
        require_equal({"mlm_loss": 1.0002}, {"mlm_loss": 1.0})


def test_every_slot_of_the_original_layout_is_there(batch):
    rows, inputs = ours.rows_of(batch), original_inputs(ours.rows_of(batch))
    assert inputs["input_ids"].shape == inputs["labels"].shape == (4, 128)
    assert inputs["pair_labels"].shape[::2] == (4, MAX_SBO_PIECES)
    assert (inputs["pair_labels"] != IGNORED).sum() == len(rows.sbo_targets)
    assert (inputs["labels"] != IGNORED).sum() == len(rows.mlm_targets)


def test_our_corpus_holds_the_blocks(data):
    np.testing.assert_array_equal(data.ids([1, 3]), np.concatenate([BLOCKS[1].ids, BLOCKS[3].ids]))


@pytest.mark.parametrize("seed", range(40))
def test_a_masked_sequence_spends_its_budget_on_spans_of_words(seed):
    block = BLOCKS[seed % len(BLOCKS)]
    masked = mask_sequence(block, UNIGRAMS, np.random.default_rng(seed))
    original = np.concatenate([[CLS], block.ids, [SEP]])
    is_masked = masked.labels != IGNORED
    assert is_masked.sum() == math.ceil(MASK_RATE * len(block.ids))
    assert (masked.labels == original)[is_masked].all()
    assert (masked.ids == original)[~is_masked].all()
    begins = np.flatnonzero(np.diff(is_masked.astype(int)) == 1) + 1
    assert block.word_starts[begins - 1].all()
    for (left, right), targets in zip(masked.pairs, masked.pair_labels, strict=True):
        assert not is_masked[[left, right]].any()
        assert is_masked[left + 1 : right].all()
        assert targets == original[left + 1 : right][:MAX_SBO_PIECES].tolist()
        kinds = masked.ids[left + 1 : right]
        assert (kinds == MASK).all() or not (kinds == MASK).any()


def test_spans_that_overlap_or_touch_are_one():
    assert merged([(5, 8), (0, 2), (2, 4), (6, 7)]) == [(0, 4), (5, 8)]


def test_sequences_are_padded_to_the_longest():
    rng = np.random.default_rng(0)
    sequences = [mask_sequence(block, UNIGRAMS, rng) for block in BLOCKS]
    batch = collate(sequences)
    assert batch["input_ids"].shape == (4, 128)
    for line, sequence in enumerate(sequences):
        size = len(sequence.ids)
        np.testing.assert_array_equal(batch["input_ids"][line, :size], sequence.ids)
        assert (batch["labels"][line, size:] == IGNORED).all()
        found = batch["pair_labels"][line]
        assert found[found != IGNORED].tolist() == [
            id_ for ids in sequence.pair_labels for id_ in ids
        ]


def test_a_batch_of_the_peer_masks_as_many_as_ours(batch):
    theirs = masked_batch(BLOCKS, UNIGRAMS, np.random.default_rng(0))
    assert (theirs["labels"] != IGNORED).sum() == len(batch.mlm_targets)
