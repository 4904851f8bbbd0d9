"""A run with its checkpoints and failures, worked out by hand."""

import pytest

from spanbert.errors import ConfigError
from spanbert.planning.course import copy_s, run_course, save_s, steps_between
from spanbert.training.config import TrainingConfig

PARAMETERS = 250_000_000  # a checkpoint of 3 GB: 1 s to copy, 3 s to save


def training(**changes):
    plain = {"steps": 100_000, "checkpoint_every_steps": 10**6, "checkpoint_every_s": 1e9}
    return TrainingConfig(**{**plain, **changes})


def test_a_checkpoint_by_hand():
    assert copy_s(PARAMETERS) == pytest.approx(1)
    assert save_s(PARAMETERS) == pytest.approx(3)


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"checkpoint_every_steps": 100}, 100),
        ({"checkpoint_every_s": 60.0}, 120),
        ({"checkpoint_every_s": 60.1}, 121),  # the first step that ends after it
        ({"hours_between_failures": 6.0}, 720),  # sqrt(2 x 3 s x 21,600 s) = 360 s
        ({"steps": 50, "warmup_steps": 0}, 50),
    ],
)
def test_the_first_limit_decides_when_a_checkpoint_is_due(changes, steps):
    assert steps_between(training(**changes), PARAMETERS, 0.5) == steps


def test_a_run_by_hand():
    # 100 steps of 0.49 s and 1 s of copying in 50 s; a failure costs 25 + 3 + 300 s in 8,200 s
    config = training(checkpoint_every_steps=100, hours_between_failures=8_200 / 3_600)
    course = run_course(config, PARAMETERS, 0.49, 0.01)
    assert course.checkpoint_every_s == pytest.approx(50)
    assert course.goodput == pytest.approx(0.98 * 0.96)
    assert course.days == pytest.approx(100_000 * 0.5 / 0.96 / 86_400)
    assert course.hours == pytest.approx(24 * course.days)


def test_goodput_is_the_share_of_all_time_that_steps_take():
    course = run_course(training(checkpoint_every_steps=100), PARAMETERS, 0.49, 0.01)
    assert course.goodput * course.days == pytest.approx(100_000 * 0.49 / 86_400)


def test_rarer_failures_never_cost_more():
    days = [
        run_course(training(hours_between_failures=hours), PARAMETERS, 0.5, 0.0).days
        for hours in (1.0, 4.0, 24.0, 1e4)
    ]
    assert days == sorted(days, reverse=True)


def test_failures_that_come_faster_than_restarts_are_refused():
    with pytest.raises(ConfigError, match="would never end") as told:
        run_course(training(hours_between_failures=0.08), PARAMETERS, 0.5, 0.0)
    assert told.value.place == "training.hours_between_failures"
