"""A whole plan: by hand, and as properties."""

from dataclasses import replace
from itertools import pairwise

import pytest

from spanbert.config import parse_config
from spanbert.planning.hardware import HARDWARE, Link, hardware_of
from spanbert.planning.plan import plan_run
from spanbert.planning.step import Case

FREE = Link(float("inf"), 0.0)
COUNTS = [2**power for power in range(12)]


def case(size, hardware, *overrides, **own):
    preset = f'[preset]\nmodel = "spanbert"\noptimization = "modern"\nsize = "{size}"\n'
    return Case(parse_config(preset, overrides), hardware, 512.0, **own)


def test_a_run_by_hand():
    """Two devices of 65,536 tokens/s and a free network: a second a step, for 100,000 steps."""
    hardware = replace(hardware_of("h100"), inside=FREE)
    overrides = ("training.steps=100000", "training.checkpoint_every_steps=50000")
    overrides += ("training.checkpoint_every_s=100", "training.hours_between_failures=10")
    run = case("large", hardware, *overrides, device_tokens_s=65_536.0, price=2.5)
    plan = plan_run(run, 2)
    copy_s, save_s = (12 * run.parameters / speed for speed in (3e9, 1e9))
    assert plan.parts.without_checkpoint == pytest.approx(1)
    assert plan.parts.checkpoint == pytest.approx(copy_s / 100)
    wall_s = 100_000 * (1 + copy_s / 100)
    lost = ((100 + copy_s) / 2 + save_s + 300) / 36_000
    assert plan.course.days == pytest.approx(wall_s / (1 - lost) / 86_400)
    assert plan.device_hours == pytest.approx(2 * wall_s / (1 - lost) / 3_600)
    assert plan.money == pytest.approx(2.5 * plan.device_hours)
    assert plan.device_hours == pytest.approx(56.86, abs=0.01)


@pytest.mark.parametrize("hardware", HARDWARE.values(), ids=HARDWARE)
@pytest.mark.parametrize("size", ["base", "large"])
def test_doubling_the_count_never_raises_the_time_unless_communication_limits(size, hardware):
    plans = [plan_run(case(size, hardware), count) for count in COUNTS]
    for plan, doubled in pairwise(plans):
        is_faster = doubled.course.days <= plan.course.days
        assert is_faster or doubled.parts.largest == "communication"


@pytest.mark.parametrize("hardware", HARDWARE.values(), ids=HARDWARE)
@pytest.mark.parametrize("size", ["base", "large"])
def test_with_a_free_network_doubling_the_count_never_raises_the_time(size, hardware):
    free = replace(hardware, inside=FREE, between=FREE)
    days = [plan_run(case(size, free), count).course.days for count in COUNTS]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("price", [0.01, 2.5, 98.0])
def test_money_is_device_hours_by_the_price(price):
    for count in (1, 8, 1000):
        plan = plan_run(case("base", hardware_of("h100"), price=price), count)
        assert plan.money == plan.device_hours * price
        assert plan.device_hours == pytest.approx(count * plan.course.days * 24)


def test_without_a_price_there_is_no_money():
    assert plan_run(case("base", hardware_of("h100")), 8).money is None
