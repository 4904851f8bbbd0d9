"""What the loop may call after a step: log, save, tell."""

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from spanbert.progress import LogMetrics, Say


@runtime_checkable
class Hook(Protocol):
    """Called after each step with the number of finished steps and the step's figures."""

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Act, or not, on `done` finished steps."""


class Every:
    """Calls an action each `interval` steps and after the last one."""

    def __init__(self, interval: int, num_steps: int, action: Hook) -> None:
        self._interval, self._num_steps, self._action = interval, num_steps, action

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Pass on every `interval`-th step."""
        if done % self._interval == 0 or done == self._num_steps:
            self._action(done, metrics)


class Log:
    """Hands the figures of a step to a tracker."""

    def __init__(self, log: LogMetrics) -> None:
        self._log = log

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Record the figures at `done`."""
        self._log(done, metrics)


@runtime_checkable
class Waits(Protocol):
    """What knows how long it was waited for."""

    waited_s: float


class Tell:
    """Tells a person how far training is, how fast, and how much of the time it waits for data.

    Speeds are of the steps since the line before: the first steps compile and open files.

    Args:
        step_tokens: of one step, over all workers.
        data: what the loop waits for.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        say: Say,
        first: int,
        num_steps: int,
        step_tokens: int,
        data: Waits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._num_steps = say, num_steps
        self._step_tokens, self._data, self._clock = step_tokens, data, clock
        self._last = (first, clock(), data.waited_s)

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Say one line."""
        (last, last_s, last_waited_s), now_s = self._last, self._clock()
        self._last = (done, now_s, self._data.waited_s)
        passed_s = now_s - last_s
        step_s = passed_s / (done - last)
        left_s = step_s * (self._num_steps - done)
        losses = [
            f"{name.replace('_loss', '')} {value:.3f}"
            for name, value in metrics.items()
            if name.endswith("loss")
        ]
        speed = f"{step_s * 1000:.0f} ms/step  {self._step_tokens / step_s:,.0f} tokens/s"
        waits = f"{(self._data.waited_s - last_waited_s) / passed_s:.1%} waiting for data"
        left = f"{left_s:.0f} s left"
        self._say("  ".join([f"step {done}/{self._num_steps}", *losses, speed, waits, left]))
