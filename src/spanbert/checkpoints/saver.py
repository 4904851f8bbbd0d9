"""Checkpoints saved in a thread while training goes on, one at a time.

A save that fails is told and tried again with the next one: training goes on, and stops after
several in a row.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore
from spanbert.errors import StorageError
from spanbert.progress import Say

MOST_FAILURES = 3  # in a row


class Saver:
    """Saves states into a store; to be used in a `with`.

    Args:
        say: is told of failures.
        clock: seconds, monotonic.

    Attributes:
        save_s: how long the last save took, in the thread.
        saved: step of the newest checkpoint that was saved here; None before the first.
    """

    def __init__(
        self, store: CheckpointStore, say: Say, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._say, self._clock = store, say, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._going: Future[None] | None = None
        self._failures = 0
        self.save_s = 0.0
        self.saved: int | None = None
        self._saved_from_s = clock()

    def __enter__(self) -> "Saver":
        return self

    def __exit__(self, *raised: object) -> None:
        """Let a save that is going on come to its end, whatever ended training."""
        self._thread.shutdown()

    @property
    def is_busy(self) -> bool:
        """Whether a save is going on."""
        return self._going is not None and not self._going.done()

    @property
    def unsaved_s(self) -> float:
        """Seconds of training that are in no checkpoint that was saved here."""
        return self._clock() - self._saved_from_s

    def save(self, state: TrainingState) -> None:
        """Save a state, which must not change any more, after the one that is being saved.

        Raises:
            StorageError: the last `MOST_FAILURES` saves failed.
        """
        self._take(last=False)
        self._going = self._thread.submit(self._save, state)

    def finish(self) -> None:
        """Wait until what was given is saved.

        Raises:
            StorageError: it was not.
        """
        self._take(last=True)

    def _take(self, last: bool) -> None:
        """The end of the save that is going on, if one is."""
        if self._going is None:
            return
        try:
            self._going.result()
            self._failures = 0
        except StorageError as error:
            self._failures += 1
            if last or self._failures >= MOST_FAILURES:
                raise
            self._say(f"checkpoint not saved, training goes on: {error}")
        finally:
            self._going = None

    def _save(self, state: TrainingState) -> None:
        began_s = self._clock()
        self._store.save(state)
        self.save_s, self.saved = self._clock() - began_s, state.step
        self._saved_from_s = began_s
