"""Who is timed when, and what is made of the times."""

import itertools

import pytest
import torch

from benchmarks import timing


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the calls move."""
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def lasting(seconds, log=None, name=""):
        def call():
            now[0] += seconds
            if log is not None:
                log.append(name)

        return call

    return lasting


def test_calls_take_turns_after_one_untimed_call_each(clock):
    log = []
    times = timing.interleaved({"a": clock(2.0, log, "a"), "b": clock(3.0, log, "b")}, 2)
    assert "".join(log) == "ab" + "abab"
    assert times == {"a": [2.0, 2.0], "b": [3.0, 3.0]}


def test_short_calls_are_repeated_until_they_can_be_timed(clock):
    log = []
    timer = timing.repeated(clock(0.25, log, "a"), at_least_s=1.0)
    made = len(log)
    assert timer() == 0.25
    assert len(log) - made == 4


def test_ratios_are_of_the_same_repetition():
    assert timing.paired_ratios([4.0, 9.0], [2.0, 3.0]) == [2.0, 3.0]


def test_the_fastest_is_the_one_with_the_smallest_median():
    assert timing.fastest({"slow": [2, 2, 2], "fast": [1, 1, 9]}) == "fast"


def test_threads_are_put_back():
    before = torch.get_num_threads()
    try:
        assert timing.thread_ratio(size=32, repetitions=1) > 0
        assert torch.get_num_threads() == timing.THREADS
    finally:
        torch.set_num_threads(before)


def test_a_matmul_counts_its_flop():
    assert timing.Matmuls(size=10, number=3).flop == 2 * 1000 * 3


@pytest.mark.parametrize("bf16_is_faster", [True, False])
def test_bf16_has_kernels_where_it_is_not_slower(monkeypatch, bf16_is_faster):
    speeds = itertools.cycle([1.0, 2.0] if bf16_is_faster else [2.0, 1.0])
    monkeypatch.setattr(timing.Matmuls, "speed", lambda self: next(speeds))
    assert timing.has_bf16_kernels() == bf16_is_faster
