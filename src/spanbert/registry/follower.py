"""A thread that sends what is appended to a spool while training goes on."""

import random
import threading
from collections.abc import Callable

from spanbert.errors import DependencyError

_LOOK_AGAIN_S, _FIRST_DELAY_S, _LONGEST_DELAY_S = 2.0, 1.0, 60.0
_LAST_REQUEST_S = 10.0  # one that is under way at the end is waited for


class Follower:
    """Calls `ship` again and again, in a `with`; after a failure less and less often.

    Args:
        ship: sends what waits; a DependencyError says that the server does not answer.
    """

    def __init__(self, ship: Callable[[], object]) -> None:
        self._ship, self._is_over = ship, threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracking", daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop; what waits still is sent by whoever ends the step."""
        self._is_over.set()
        self._thread.join(_LAST_REQUEST_S)

    def _run(self) -> None:
        failures = 0
        while not self._is_over.wait(delay_s(failures)):
            try:
                self._ship()
                failures = 0
            except DependencyError:
                failures += 1


def delay_s(failures: int) -> float:
    """Seconds until the next attempt: twice as long each time, up to a minute, a little random.

    Many runs whose server comes back must not all ask it in the same second.
    """
    if failures == 0:
        return _LOOK_AGAIN_S
    longest = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** min(failures, 16))
    return longest * random.uniform(0.5, 1)  # noqa: S311  # no secret
