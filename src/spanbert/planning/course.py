"""A step's seconds, the cadence of checkpoints and failures -> how the whole run goes.

Where something fails every M seconds, a failure costs what was computed since the newest checkpoint
(half an interval in the mean, and the time that saving it took) and a restart. When a checkpoint is
due, `training/cadence.py` says.
"""

import math
from dataclasses import dataclass

from spanbert.errors import ConfigError
from spanbert.training.cadence import Cadence
from spanbert.training.config import TrainingConfig

CHECKPOINT_BYTES = 12  # of a parameter: its weight and two moments in fp32
# Measured: 1.32 GB in 0.3 to 0.5 s (benchmarks/results/2026-11-25-amd-epyc-safety.md)
_COPY_BYTES_S = 3e9
# Assumed: a thread digests and writes; that measurement had 0.2e9, with both cores busy
_SAVE_BYTES_S = 1e9
# Assumed: a loss is noticed, another machine found, the checkpoint verified and loaded
_RESTART_S = 300.0
_DAY_S, _HOUR_S = 86_400, 3_600


def copy_s(parameters: int) -> float:
    """Seconds that training waits while a checkpoint's tensors are copied."""
    return CHECKPOINT_BYTES * parameters / _COPY_BYTES_S


def save_s(parameters: int) -> float:
    """Seconds that saving the copy takes beside training."""
    return CHECKPOINT_BYTES * parameters / _SAVE_BYTES_S


def steps_between(training: TrainingConfig, parameters: int, step_s: float) -> int:
    """Steps from one checkpoint to the next, where a step takes so long without them."""
    most_s = Cadence(training).interval_s(save_s(parameters))
    return min(training.steps, training.checkpoint_every_steps, math.ceil(most_s / step_s))


@dataclass(frozen=True)
class Course:
    """A run from its first step to its last, with checkpoints and restarts."""

    checkpoint_every_s: float
    goodput: float  # share of the time that goes into steps that are not lost, in (0, 1)
    days: float

    @property
    def hours(self) -> float:
        """The same as `days`."""
        return self.days * _DAY_S / _HOUR_S


def run_course(
    training: TrainingConfig, parameters: int, step_s: float, checkpoint_s: float
) -> Course:
    """How a run goes.

    Args:
        step_s: without checkpoints.
        checkpoint_s: what a step waits for them, in the mean.

    Raises:
        ConfigError: failures come faster than they are made up for.
    """
    whole_step_s = step_s + checkpoint_s
    interval_s = steps_between(training, parameters, step_s) * whole_step_s
    failure_s = interval_s / 2 + save_s(parameters) + _RESTART_S
    lost = failure_s / (training.hours_between_failures * _HOUR_S)
    if lost >= 1:
        raise ConfigError(
            f"each failure costs {failure_s / _HOUR_S:.2g} h, and one comes every"
            f" {training.hours_between_failures:g} h: the run would never end",
            place="training.hours_between_failures",
            remedy="raise it",
        )
    return Course(
        checkpoint_every_s=interval_s,
        goodput=(1 - lost) * step_s / whole_step_s,
        days=training.steps * whole_step_s / (1 - lost) / _DAY_S,
    )
