"""What is made ahead is what would have been made in time, once, in order, and no further."""

import threading

import pytest
import torch

from spanbert.errors import DataError
from spanbert.model.packing import Packing
from spanbert.objectives.batch import PretrainingBatch
from spanbert.training.prefetch import Prefetch

CPU = torch.device("cpu")


def batch(step):
    none = torch.zeros(0, dtype=torch.int64)
    names = ("mlm_rows", "mlm_targets", "sbo_left", "sbo_right", "sbo_offset", "sbo_targets",
             "nsp_rows", "nsp_targets")  # fmt: skip
    ids = torch.full((3,), step)
    return PretrainingBatch(ids, ids * 0, Packing((3,)), **dict.fromkeys(names, none))


def test_every_step_gets_its_own_batches_and_none_is_made_twice():
    made = []

    def batches_of(step):
        made.append(step)
        return [[batch(step)] * (step % 3), [batch(step)]]

    with Prefetch(batches_of, 9, CPU) as prefetched:
        for step in range(4, 9):
            got = prefetched(step)
            assert [len(part) for part in got] == [step % 3, 1]
            assert all(b.token_ids.tolist() == [step] * 3 for part in got for b in part)
    assert made == [4, 5, 6, 7, 8]


def test_the_next_steps_are_made_while_this_one_is_used():
    is_made = [threading.Event() for _ in range(6)]

    def batches_of(step):
        is_made[step].set()
        return [[batch(step)]]

    with Prefetch(batches_of, 6, CPU) as prefetched:
        prefetched(0)
        assert is_made[1].wait(10)
        assert is_made[2].wait(10)
        assert not is_made[3].is_set()


def test_waiting_is_counted():
    clock = iter([10.0, 10.5, 20.0, 20.25])
    with Prefetch(lambda step: [[batch(step)]], 2, CPU, clock=lambda: next(clock)) as prefetched:
        prefetched(0)
        prefetched(1)
        assert prefetched.waited_s == 0.75


def test_an_error_comes_at_the_step_that_it_belongs_to():
    def batches_of(step):
        if step == 2:
            raise DataError("segment 7 is damaged")
        return [[batch(step)]]

    with Prefetch(batches_of, 5, CPU) as prefetched:
        prefetched(0)
        prefetched(1)
        with pytest.raises(DataError, match="segment 7"):
            prefetched(2)


def test_leaving_ends_the_thread():
    with Prefetch(lambda step: [[batch(step)]], 100, CPU) as prefetched:
        prefetched(0)
    assert not [t for t in threading.enumerate() if t.name.startswith("batches")]
