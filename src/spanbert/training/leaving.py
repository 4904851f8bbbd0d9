"""SIGTERM while workers train: a last checkpoint within the grace, then exit code 75."""

import contextlib
import math
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

from spanbert.errors import PreemptedError

_REMEDY = "run the same command again to go on"


@contextlib.contextmanager
def leaving_on_sigterm(ask: Callable[[], bool], grace_s: float) -> Iterator[None]:
    """Turn SIGTERM into a wish to stop, and into the end where that takes longer than the grace.

    Outside the main thread, which alone gets signals, nothing is changed.

    Args:
        ask: passes the wish on; returns whether there is anybody to wait for.

    Raises:
        PreemptedError: nobody is there, or the grace is over.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    raised: list[PreemptedError] = []

    def end(cause: str) -> NoReturn:
        raised.append(PreemptedError(cause, remedy=_REMEDY))
        raise raised[-1]

    def leave(number: int, frame: FrameType | None) -> None:
        if not ask():
            end("asked to stop: what is finished is kept")
        signal.alarm(math.ceil(grace_s))

    def give_up(number: int, frame: FrameType | None) -> NoReturn:
        end(
            f"asked to stop, and no checkpoint could be saved within {grace_s:g} s: the one before"
            " is kept"
        )

    before = [signal.signal(signal.SIGTERM, leave), signal.signal(signal.SIGALRM, give_up)]
    try:
        yield
    except Exception as error:  # Ray's waiting turns what a handler raises into errors of its own
        if raised and error is not raised[-1]:
            raise raised[-1] from error
        raise
    finally:
        signal.alarm(0)
        for number, handler in zip((signal.SIGTERM, signal.SIGALRM), before, strict=True):
            signal.signal(number, handler)
