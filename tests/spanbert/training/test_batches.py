"""Which segments a step trains on: every one once an epoch, whatever the number of workers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import ConfigError
from spanbert.masking.segment import Masker
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.batches import BatchPlan

lengths = st.lists(st.integers(1, 60), min_size=1, max_size=80).map(np.array)


@given(lengths, st.integers(62, 400), st.integers(0, 99))
def test_an_epoch_is_a_permutation(sizes, batch_tokens, seed):
    plan = BatchPlan(sizes, batch_tokens, seed)
    for epoch in (0, 1):
        steps = range(epoch * plan.batches_per_epoch, (epoch + 1) * plan.batches_per_epoch)
        seen = np.concatenate([plan.segments(step) for step in steps])
        assert sorted(seen.tolist()) == list(range(len(sizes)))
        assert {plan.epoch_of(step) for step in steps} == {epoch}


@given(lengths, st.integers(62, 400))
def test_no_batch_is_empty_and_all_are_of_like_size(sizes, batch_tokens):
    plan = BatchPlan(sizes, batch_tokens, 0)
    tokens = [int((sizes[plan.segments(s)] + 2).sum()) for s in range(plan.batches_per_epoch)]
    assert min(tokens) > 0
    even = (sizes + 2).sum() / plan.batches_per_epoch
    assert all(abs(number - even) <= 62 for number in tokens)


@given(lengths, st.integers(62, 400), st.integers(1, 4), st.integers(62, 200))
def test_parts_share_a_batch_without_overlap(sizes, batch_tokens, world_size, micro_tokens):
    plan = BatchPlan(sizes, batch_tokens, 1)
    shares = [
        np.concatenate([*plan.micro_batches(0, rank, world_size, micro_tokens), []])
        for rank in range(world_size)
    ]
    assert sorted(np.concatenate(shares).tolist()) == sorted(plan.segments(0).tolist())


@given(lengths, st.integers(62, 200))
def test_micro_batches_keep_to_about_their_size(sizes, micro_tokens):
    plan = BatchPlan(sizes, 10_000, 1)
    for part in plan.micro_batches(0, 0, 1, micro_tokens):
        assert (sizes[part] + 2).sum() < micro_tokens + 62


def test_a_step_is_a_pure_function_of_its_number():
    sizes = np.arange(1, 50)
    forward, backward = BatchPlan(sizes, 100, 7), BatchPlan(sizes, 100, 7)
    expected = [forward.segments(step).tolist() for step in range(40)]
    assert [backward.segments(s).tolist() for s in reversed(range(40))] == expected[::-1]
    assert BatchPlan(sizes, 100, 8).segments(0).tolist() != expected[0]


def test_a_batch_below_the_longest_segment_is_refused():
    with pytest.raises(ConfigError, match=r"below the longest segment, 52"):
        BatchPlan(np.array([10, 50]), 51, 0)


def test_every_epoch_has_an_order_of_its_own():
    plan = BatchPlan(np.full(50, 10), 100, 7)
    first, second = (
        np.concatenate([plan.segments(e * plan.batches_per_epoch + s) for s in range(6)])
        for e in (0, 1)
    )
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("world_size", [1, 2, 4])
def test_trap_22_any_number_of_workers_sees_the_same_masks(artifacts, world_size):
    """Each worker builds everything anew, as after a restart."""
    config, seen = artifacts.config, {}
    alone = ShardReader(artifacts.shards)
    tokenizer = load_tokenizer(artifacts.tokenizer)
    settings = (config.masking, config.objective)
    reference = Masker(alone, tokenizer, *settings, seed=3)
    for rank in reversed(range(world_size)):
        shards = ShardReader(artifacts.shards)
        plan = BatchPlan(shards.lengths(), 300, seed=3)
        masker = Masker(shards, load_tokenizer(artifacts.tokenizer), *settings, seed=3)
        for step in (plan.batches_per_epoch - 1, plan.batches_per_epoch):  # of two epochs
            for part in plan.micro_batches(step, rank, world_size, 100):
                epoch = plan.epoch_of(step)
                for number, masked in zip(part.tolist(), masker.batch(part, epoch), strict=True):
                    seen[epoch, number] = masked
    for (epoch, number), masked in seen.items():
        expected = reference.masked(number, epoch)
        assert masked.corrupted.tolist() == expected.corrupted.tolist()
        assert masked.spans.tolist() == expected.spans.tolist()
    whole = BatchPlan(alone.lengths(), 300, seed=3)
    steps = (whole.batches_per_epoch - 1, whole.batches_per_epoch)
    assert len(seen) == sum(len(whole.segments(step)) for step in steps)
