"""SIGTERM while workers train: a last checkpoint within the grace, then exit code 75."""

import contextlib
import math
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from spanbert.errors import PreemptedError
from spanbert.training.keeping import ask_to_stop


@contextlib.contextmanager
def leaving_on_sigterm(work_folder: Path, grace_s: float) -> Iterator[None]:
    """Turn SIGTERM into the wish to stop, and into the end where that takes longer than the grace.

    Outside the main thread, which alone gets signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        ask_to_stop(work_folder)
        signal.alarm(math.ceil(grace_s))

    def give_up(number: int, frame: FrameType | None) -> NoReturn:
        raise PreemptedError(
            f"asked to stop, and no checkpoint could be saved within {grace_s:g} s: the one before"
            " is kept",
            place=str(work_folder),
            remedy="run the same command again to go on",
        )

    before = [signal.signal(signal.SIGTERM, ask), signal.signal(signal.SIGALRM, give_up)]
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in zip((signal.SIGTERM, signal.SIGALRM), before, strict=True):
            signal.signal(number, handler)
