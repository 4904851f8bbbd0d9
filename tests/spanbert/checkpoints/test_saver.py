"""Saving goes on beside training, fails without ending it, and ends it when it is hopeless."""

import threading

import pytest
import torch

from spanbert.checkpoints.saver import MOST_FAILURES, Saver
from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.errors import StorageError
from spanbert.progress import silent


def state(step):
    return TrainingState(step, {"w": torch.full((4,), float(step))}, {})


class Gate(CheckpointStore):
    """A store on a disk that waits, or is full."""

    def __init__(self, folder):
        super().__init__(folder, keep=9, inputs={})
        self.opened, self.is_full = threading.Event(), False

    def save(self, state):
        self.opened.wait(10)
        if self.is_full:
            raise StorageError("No space left on device")
        return super().save(state)


def test_training_goes_on_while_a_checkpoint_is_written(tmp_path):
    store = Gate(tmp_path)
    with Saver(store, silent) as saver:
        saver.save(state(1))
        assert saver.is_busy
        assert not list(tmp_path.glob("step-*"))
        store.opened.set()
        saver.finish()
        assert not saver.is_busy
        assert saver.save_s > 0
    assert load_state(store.newest(silent)).step == 1


def test_what_was_given_is_saved_whatever_ends_training(tmp_path):
    store = Gate(tmp_path)

    def train():
        with Saver(store, silent) as saver:
            saver.save(state(1))
            threading.Timer(0.2, store.opened.set).start()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        train()
    assert load_state(store.newest(silent)).step == 1


def test_failures_are_told_and_end_training_when_there_are_too_many(tmp_path):
    store, said = Gate(tmp_path), []
    store.opened.set()
    store.is_full = True
    with Saver(store, said.append) as saver:
        for step in range(MOST_FAILURES):
            saver.save(state(step + 1))
        with pytest.raises(StorageError, match="No space left"):
            saver.save(state(9))
    assert len(said) == MOST_FAILURES - 1


def test_a_save_that_works_makes_earlier_failures_forgotten(tmp_path):
    store = Gate(tmp_path)
    store.opened.set()
    with Saver(store, silent) as saver:
        for step in range(3 * MOST_FAILURES):
            store.is_full = step % MOST_FAILURES != 0
            saver.save(state(step + 1))
            while saver.is_busy:
                pass
        store.is_full = False
        saver.save(state(99))
        saver.finish()
    assert load_state(store.newest(silent)).step == 99


def test_the_last_one_must_be_saved(tmp_path):
    store = Gate(tmp_path)
    store.opened.set()
    store.is_full = True
    with Saver(store, silent) as saver:
        saver.save(state(1))
        with pytest.raises(StorageError):
            saver.finish()
