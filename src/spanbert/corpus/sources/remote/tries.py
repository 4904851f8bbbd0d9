"""A request that is tried again, within one file's patience; what ends it has the right code."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from spanbert.corpus.sources.remote.patience import Patience
from spanbert.errors import DataError, DependencyError, SpanbertError, StorageError
from spanbert.objects.retry import MissingObjectError, Retry

T = TypeVar("T")

RETRY_S = 120.0  # without any byte of progress


class Tries:
    """Calls again what failed.

    Args:
        place: the URL, for messages.
        sleep: waits so many seconds.
    """

    def __init__(
        self, patience: Patience, place: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._patience, self._place, self._sleep = patience, place, sleep
        self._retry = Retry(RETRY_S, self._pause, patience.clock, random.SystemRandom())

    def __call__(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns, as soon as it does.

        Raises:
            DependencyError: nothing but failures.
            DataError: there is no such file.
            Whatever else `attempt` raises, with the URL as its place.
        """
        try:
            return self._retry(attempt, self._place)
        except StorageError as error:
            if isinstance(error.__cause__, MissingObjectError):
                remedy = "check the URL in corpus.sources"
                raise DataError(error.cause, place=self._place, remedy=remedy) from error
            remedy = "check that the server is up and can be reached, then run again"
            raise DependencyError(error.cause, place=self._place, remedy=remedy) from error
        except SpanbertError as error:
            error.place = error.place or self._place
            raise

    def _pause(self, seconds: float) -> None:
        with self._patience.waiting(seconds):
            self._sleep(seconds)
