"""Checkpoints when they are due, and the end of training when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from spanbert.checkpoints.saver import Saver
from spanbert.checkpoints.state import TrainingState
from spanbert.errors import PreemptedError
from spanbert.training.cadence import Cadence
from spanbert.training.workers import Workers

_STOP = "stop"  # in a work folder: training is asked to leave


def ask_to_stop(*work_folders: Path) -> bool:
    """Ask the workers that train in folders for a last checkpoint and their end; are there any?"""
    for work_folder in work_folders:
        (work_folder / _STOP).touch()
    return bool(work_folders)


def forget_stop(work_folder: Path) -> None:
    """Take the wish back, before a start."""
    (work_folder / _STOP).unlink(missing_ok=True)


def is_asked_to_stop(work_folder: Path) -> bool:
    """Whether somebody has asked."""
    return (work_folder / _STOP).exists()


@dataclass
class Keep:
    """A hook: all workers agree after each step whether to save and whether to leave.

    Args:
        capture: the state after so many steps; called on all workers alike.
        saver: of worker 0; None on the others.
        must_stop: whether this worker was asked to leave.
        is_leaving: whether the machines under the workers are being taken away: a checkpoint is
            saved, and training goes on as long as it can.
    """

    workers: Workers
    cadence: Cadence
    capture: Callable[[int], TrainingState]
    saver: Saver | None
    must_stop: Callable[[], bool]
    is_leaving: Callable[[], bool]
    _has_left: bool = False

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Save, or not, after `done` steps.

        Raises:
            PreemptedError: the checkpoint is saved, and training was asked to leave.
            StorageError: several checkpoints in a row could not be saved, or the last one.
        """
        is_due, stops = self._agree(done)
        if not (is_due or stops):
            return
        state = self.capture(done)
        self.cadence.restart()
        if self.saver:
            self.saver.save(state)
            if stops:
                self.saver.finish()
        if stops:
            raise PreemptedError(
                f"asked to stop: the checkpoint after step {done} is saved",
                remedy="run the same command again to go on",
            )

    def _agree(self, done: int) -> tuple[bool, bool]:
        wishes = torch.tensor([self._wants_to_save(done), self.must_stop()], dtype=torch.float64)
        self.workers.sum(wishes)
        saves, stops = (wishes > 0).tolist()
        return saves, stops

    def _wants_to_save(self, done: int) -> bool:
        begins_to_leave = self.is_leaving() and not self._has_left
        self._has_left |= begins_to_leave
        is_due = self.saver is not None and self.cadence.is_due(
            done, self.saver.save_s, self.saver.is_busy
        )
        return begins_to_leave or is_due
