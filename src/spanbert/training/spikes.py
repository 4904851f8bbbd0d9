"""Gradient spikes: steps whose norm is far above those before are skipped, and counted."""

import statistics
from collections import deque

from spanbert.checkpoints.state import SpikeRecord
from spanbert.errors import NumericsError

WINDOW = 128  # accepted norms that a new one is held against
_MOST_IN_A_ROW = 8
# Where norms hardly differ a few deviations are nothing: a spike is at least twice the mean.
_LEAST_EXCESS = 1.0


class SpikeRule:
    """Says which steps are skipped: norms above mean + `sigmas` deviations of a full window.

    Args:
        sigmas: 0 skips none.

    Attributes:
        skipped: how many steps were, in all.
    """

    def __init__(self, sigmas: float) -> None:
        self._sigmas = sigmas
        self.go_on(SpikeRecord())

    def go_on(self, record: SpikeRecord) -> None:
        """Go on from what was seen before a resume."""
        self._norms = deque(record.norms, WINDOW)
        self.skipped, self._in_a_row = record.skipped, record.in_a_row

    @property
    def record(self) -> SpikeRecord:
        """What to go on with after a resume."""
        return SpikeRecord(tuple(self._norms), self.skipped, self._in_a_row)

    def accepts(self, norm: float) -> bool:
        """Whether the step may change the weights; takes note of it.

        Raises:
            NumericsError: too many in a row are spikes; training is somewhere else than it was.
        """
        if norm > self._limit():
            self.skipped += 1
            self._in_a_row += 1
            self._require_few(norm)
            return False
        self._norms.append(norm)
        self._in_a_row = 0
        return True

    def _limit(self) -> float:
        if not self._sigmas or len(self._norms) < WINDOW:
            return float("inf")
        mean = statistics.fmean(self._norms)
        deviation = statistics.pstdev(self._norms, mean)
        return mean + max(self._sigmas * deviation, _LEAST_EXCESS * mean)

    def _require_few(self, norm: float) -> None:
        if self._in_a_row >= _MOST_IN_A_ROW:
            raise NumericsError(
                f"{self._in_a_row} gradient norms in a row far above those before, now {norm:.4g}",
                remedy="lower training.learning_rate, or let them pass with"
                " --set training.spike_sigmas=0",
            )
