"""How a request is tried again: exponential backoff with full jitter, until a deadline."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spanbert.errors import StorageError

T = TypeVar("T")

# The first pause is below half a second, so that a hiccup costs little; the longest spares a store
# that is coming up from all its clients at once.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 20.0
MISSING_TRIES = 4  # a store may show a new object a little late, but not for two minutes


class TransientError(Exception):
    """A request failed in a way that may pass."""


class MissingObjectError(TransientError):
    """The object is not there, or not yet."""


@dataclass(frozen=True)
class Retry:
    """Calls again what failed.

    Args:
        deadline_s: seconds after the first try when no other is started.
        sleep: waits so many seconds.
        clock: seconds, from any start.
        chance: draws the pauses, so that clients which failed together do not come back together.
    """

    deadline_s: float
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    chance: random.Random

    def __call__(self, attempt: Callable[[], T], place: str) -> T:
        """What `attempt` returns, as soon as it does.

        Raises:
            StorageError: nothing but failures until the deadline, or the object is not there.
        """
        end_s, tries = self.clock() + self.deadline_s, 0
        while True:
            try:
                return attempt()
            except TransientError as error:
                tries += 1
                pause_s = self._pause_s(tries)
                is_missing = isinstance(error, MissingObjectError) and tries >= MISSING_TRIES
                if is_missing or self.clock() + pause_s > end_s:
                    raise _given_up(error, tries, place) from error
            self.sleep(pause_s)

    def _pause_s(self, tries: int) -> float:
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(tries - 1, 10))
        return self.chance.uniform(0, longest)


def without_credentials(text: str) -> str:
    """A message without what stands before the "@" of the URLs in it."""
    return re.sub(r"://[^/\s@]*@", "://", text)


def _given_up(error: TransientError, tries: int, place: str) -> StorageError:
    remedy = "check that the store is up and reached by AWS_ENDPOINT_URL, then run again"
    if isinstance(error, MissingObjectError):
        remedy = "list what is there, and use what is whole"
    cause = f"{without_credentials(str(error))} ({tries} tries)"
    return StorageError(cause, place=place, remedy=remedy)
