"""All workers save and leave at the same step, whoever was asked."""

import threading

import pytest
import torch
from worker_threads import Group

from spanbert.checkpoints.saver import Saver
from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.errors import PreemptedError
from spanbert.progress import silent
from spanbert.training.cadence import Cadence
from spanbert.training.config import TrainingConfig
from spanbert.training.keeping import Keep
from spanbert.training.workers import ALONE

CONFIG = TrainingConfig(steps=40, warmup_steps=1, checkpoint_every_steps=15)


def state(done):
    return TrainingState(done, {"w": torch.full((2,), float(done))}, {})


def keep(workers, saver, must_stop=lambda: False, is_leaving=lambda: False):
    return Keep(workers, Cadence(CONFIG), state, saver, must_stop, is_leaving)


def steps_in(folder):
    return sorted(int(path.name[5:]) for path in folder.glob("step-*"))


def test_a_machine_that_is_taken_away_means_one_checkpoint_at_once_and_going_on(tmp_path):
    leaves_from, done = 7, 0
    store = CheckpointStore(tmp_path, keep=9, inputs={})
    with Saver(store, silent) as saver:
        hook = keep(ALONE, saver, is_leaving=lambda: done >= leaves_from)
        for done in range(1, 13):
            hook(done, {})
    assert steps_in(tmp_path) == [7]


@pytest.mark.parametrize("asked", [0, 1])
def test_whoever_is_asked_all_leave_after_the_same_step_with_a_checkpoint(tmp_path, asked):
    group, left = Group(2), {}
    store = CheckpointStore(tmp_path, keep=9, inputs={})

    def work(rank):
        with Saver(store, silent) as saver:
            done = 0
            hook = keep(
                group.of(rank),
                saver if rank == 0 else None,
                must_stop=lambda: rank == asked and done >= 5,
            )
            try:
                for done in range(1, 41):
                    hook(done, {})
            except PreemptedError:
                left[rank] = done

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left == {0: 5, 1: 5}
    assert load_state(store.newest(silent)).step == 5
