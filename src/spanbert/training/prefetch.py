"""Batches of coming steps, made in a thread while the present step is computed.

A batch is a pure function of its step, so nothing here has to be saved.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from spanbert.training.step import Parts

_STEPS_AHEAD = 2

BatchesOf = Callable[[int], Parts]  # step -> micro-batches of this worker's parts


class Prefetch:
    """The batches of a step, most often ready when asked for; to be used in a `with`.

    Args:
        batches_of: what makes them; called in one thread, for one step after another.
        num_steps: no step from this one on is made.
        device: where they go; by pinned memory where that is a GPU.
        clock: seconds, monotonic.

    Attributes:
        waited_s: how long the caller waited, in all.
    """

    def __init__(
        self,
        batches_of: BatchesOf,
        num_steps: int,
        device: torch.device,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batches_of, self._num_steps = batches_of, num_steps
        self._device, self._clock = device, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._coming: dict[int, Future[Parts]] = {}
        self.waited_s = 0.0

    def __enter__(self) -> "Prefetch":
        return self

    def __exit__(self, *raised: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def __call__(self, step: int) -> Parts:
        """The micro-batches of a step on the device; what makes them may raise."""
        for coming in range(step, min(step + 1 + _STEPS_AHEAD, self._num_steps)):
            if coming not in self._coming:
                self._coming[coming] = self._thread.submit(self._make, coming)
        began_s = self._clock()
        parts = self._coming.pop(step).result()
        self.waited_s += self._clock() - began_s
        return [[batch.to(self._device) for batch in part] for part in parts]

    def _make(self, step: int) -> Parts:
        parts = self._batches_of(step)
        if self._device.type != "cuda":
            return parts
        return [[batch.pinned() for batch in part] for part in parts]
