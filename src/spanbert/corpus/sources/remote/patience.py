"""How long a remote file may keep us waiting, all its requests and pauses together."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from spanbert.errors import DependencyError


class Patience:
    """Seconds that are left to wait; time spent on what has come does not count.

    Args:
        timeout_s: in all.
        place: what is waited for, for the message.
    """

    def __init__(
        self, timeout_s: float, place: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self._timeout_s, self._left_s, self._place = timeout_s, timeout_s, place

    @contextmanager
    def waiting(self, longest_s: float) -> Iterator[float]:
        """Seconds that one wait may take, at most `longest_s`.

        Raises:
            DependencyError: nothing is left, before it or after it.
        """
        self._require_some()
        start = self.clock()
        try:
            yield min(longest_s, self._left_s)
        finally:
            self._left_s -= self.clock() - start
        self._require_some()

    def _require_some(self) -> None:
        if self._left_s <= 0:
            raise DependencyError(
                f"it did not come within {self._timeout_s:g} s",
                place=self._place,
                remedy="run again, or allow more with --set corpus.download_timeout_s=SECONDS",
            )
