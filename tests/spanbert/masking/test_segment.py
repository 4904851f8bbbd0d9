"""A mask is a pure function of (seed, epoch, segment number)."""

import numpy as np
import pytest

from spanbert.masking.corruption import Replacement
from spanbert.masking.segment import Masker
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer


@pytest.fixture(scope="module")
def shards(artifacts):
    return ShardReader(artifacts.shards)


@pytest.fixture(scope="module")
def tokenizer(artifacts):
    return load_tokenizer(artifacts.tokenizer)


def masker(artifacts, shards, tokenizer, seed=3):
    config = artifacts.config.masking
    return Masker(shards, config, mask_id=tokenizer.mask_id, max_sbo_pieces=15, seed=seed)


def same(a, b):
    return np.array_equal(a.spans, b.spans) and np.array_equal(a.corrupted, b.corrupted)


def test_order_of_asking_does_not_matter(artifacts, shards, tokenizer):  # trap 22
    first, second = (masker(artifacts, shards, tokenizer) for _ in range(2))
    forward = [first.masked(shards.segment(i), 1) for i in range(20)]
    backward = [second.masked(shards.segment(i), 1) for i in reversed(range(20))]
    assert all(same(a, b) for a, b in zip(forward, reversed(backward), strict=True))


def test_seed_epoch_and_segment_all_change_the_mask(artifacts, shards, tokenizer):
    base = masker(artifacts, shards, tokenizer).masked(shards.segment(0), 0)
    assert not same(base, masker(artifacts, shards, tokenizer).masked(shards.segment(0), 1))
    assert not same(base, masker(artifacts, shards, tokenizer, 4).masked(shards.segment(0), 0))


def test_what_is_seen_follows_from_spans_and_replacements(artifacts, shards, tokenizer):
    mask = masker(artifacts, shards, tokenizer)
    kinds = set()
    for number in range(len(shards)):
        segment = shards.segment(number)
        result = mask.masked(segment, 0)
        visible = np.ones(len(segment.ids), dtype=bool)
        visible[result.masked] = False
        assert np.array_equal(result.corrupted[visible], segment.ids[visible])
        for (start, end), kind in zip(result.spans, result.replacements, strict=True):
            kinds.add(Replacement(kind))
            if kind == Replacement.MASK:
                assert (result.corrupted[start:end] == tokenizer.mask_id).all()
            if kind == Replacement.KEPT:
                assert np.array_equal(result.corrupted[start:end], segment.ids[start:end])
    assert kinds == set(Replacement)


def test_random_pieces_follow_the_corpus_and_are_never_special(artifacts, shards, tokenizer):
    mask = masker(artifacts, shards, tokenizer)
    drawn = mask._sample_pieces(np.random.default_rng(0), 60_000)
    special = {tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    assert not special & set(drawn.tolist())
    counts = np.bincount(drawn, minlength=shards.vocab_size) / len(drawn)
    law = shards.unigram_counts() / shards.num_tokens
    assert counts == pytest.approx(law, abs=0.006)
