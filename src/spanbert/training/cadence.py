"""When a checkpoint is due: by steps, and by the time that is lost without one."""

import math
import time
from collections.abc import Callable

from spanbert.training.config import TrainingConfig


class Cadence:
    """Each `checkpoint_every_steps`, and after the interval of Young and Daly at the latest.

    A checkpoint that costs C seconds, where something fails every M seconds, is best taken every
    sqrt(2 C M) seconds (Young, 1974); `checkpoint_every_s` is the most.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, config: TrainingConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self._config, self._clock = config, clock
        self._last_s = clock()

    def is_due(self, done: int, cost_s: float, is_busy: bool) -> bool:
        """Whether to save after `done` steps.

        Args:
            cost_s: of the last checkpoint; 0 before the first.
            is_busy: it is still being written; time alone then calls for no other.
        """
        config = self._config
        if done % config.checkpoint_every_steps == 0 or done == config.steps:
            return True
        return not is_busy and self._clock() - self._last_s >= self.interval_s(cost_s)

    def interval_s(self, cost_s: float) -> float:
        """Most seconds between two checkpoints."""
        mean_s = self._config.hours_between_failures * 3600
        best_s = math.sqrt(2 * cost_s * mean_s) if cost_s else math.inf
        return min(self._config.checkpoint_every_s, best_s)

    def restart(self) -> None:
        """A checkpoint is taken now."""
        self._last_s = self._clock()
