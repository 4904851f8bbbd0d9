"""A request's time: what works on it asks now and then whether there is any left.

MLflow answers a client after its own timeout but lets the work go on; this ends the work. Requests
are worked on in threads, each with a context and so a deadline of its own.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from spanbert.registry.refusals import late

Clock = Callable[[], float]  # seconds from some beginning, never backward


@dataclass(frozen=True)
class _Deadline:
    clock: Clock
    end_s: float
    timeout_s: float


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def time_limit(timeout_s: float, clock: Clock = time.monotonic) -> Iterator[None]:
    """Within it, `check_time` counts from now on."""
    token = _current.set(_Deadline(clock, clock() + timeout_s, timeout_s))
    try:
        yield
    finally:
        _current.reset(token)


def check_time(*_: Any) -> None:
    """End a request that takes too long; outside of `time_limit` there is no limit.

    It takes whatever torch gives a hook, so that a model calls it before each batch.

    Raises:
        RequestError: the time is over.
    """
    deadline = _current.get()
    if deadline and deadline.clock() > deadline.end_s:
        raise late(deadline.timeout_s)
