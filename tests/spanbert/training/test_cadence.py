"""Checkpoints by steps, and by what is lost without them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.training.cadence import Cadence
from spanbert.training.config import TrainingConfig

CONFIG = TrainingConfig(steps=95, warmup_steps=1, checkpoint_every_steps=10)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_steps_alone_decide_while_time_does_not_pass():
    cadence = Cadence(CONFIG, Clock())
    due = [step for step in range(1, 96) if cadence.is_due(step, cost_s=0.0, is_busy=False)]
    assert due == [*range(10, 91, 10), 95]


def test_time_decides_where_steps_are_slow_but_not_while_one_is_written():
    clock = Clock()
    cadence = Cadence(CONFIG, clock)
    clock.now = 600.0
    assert not cadence.is_due(3, cost_s=0.0, is_busy=True)
    assert cadence.is_due(3, cost_s=0.0, is_busy=False)
    cadence.restart()
    assert not cadence.is_due(4, cost_s=0.0, is_busy=False)


@given(st.floats(0.01, 1e4))
def test_the_interval_is_that_of_the_least_loss(cost_s):
    """Young: lost per second is cost / interval + interval / (2 x mean time between failures)."""
    mean_s = CONFIG.hours_between_failures * 3600
    interval_s = Cadence(CONFIG).interval_s(cost_s)
    assert interval_s <= 600

    def lost(seconds):
        return cost_s / seconds + seconds / (2 * mean_s)

    shorter = lost(interval_s * 0.9)
    assert lost(interval_s) < shorter
    if interval_s < 600:
        assert lost(interval_s) < lost(interval_s * 1.1)
        assert interval_s == pytest.approx(math.sqrt(2 * cost_s * mean_s))
