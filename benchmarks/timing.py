"""Interleaved timing, and what this machine can do: its cores, its matmul, its bf16."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import torch

Name = TypeVar("Name", bound=Hashable)

THREADS = 2  # of every CPU benchmark
MATMUL_SIZE = 2048
MIN_THREAD_RATIO = 1.7  # two threads over one; less means that somebody else is on the cores
_BF16_MATMUL_SIZE = 512  # small: without kernels it is slow


def wall_clock() -> float:
    """Seconds that pass, whoever computes."""
    return time.perf_counter()


def seconds(call: Callable[[], object], clock: Callable[[], float] = wall_clock) -> float:
    """How long one call takes."""
    began = clock()
    call()
    return clock() - began


def interleaved(
    calls: Mapping[Name, Callable[[], object]],
    repetitions: int,
    *,
    warm_up: int = 1,
    device: str = "cpu",
    clock: Callable[[], float] = wall_clock,
) -> dict[Name, list[float]]:
    """Seconds of each call, timed in turn (A B A B), to the end of what it left a GPU to do.

    Args:
        clock: `time.process_time` for the CPU's seconds.
        warm_up: calls of each before, untimed.
    """
    for call in calls.values():
        for _ in range(warm_up):
            call()
    finish(device)
    times: dict[Name, list[float]] = {name: [] for name in calls}
    for _ in range(repetitions):
        for name, call in calls.items():
            times[name].append(seconds(lambda call=call: (call(), finish(device)), clock))
    return times


def repeated(call: Callable[[], object], at_least_s: float = 0.05) -> Callable[[], float]:
    """A short call made often enough to be timed; each call of the result gives seconds of one."""

    def seconds_of(number: int) -> float:
        return seconds(lambda: [call() for _ in range(number)])

    call()
    number = 1
    while seconds_of(number) < at_least_s:
        number *= 2
    return lambda: seconds_of(number) / number


def interleaved_short(
    calls: Mapping[Name, Callable[[], object]], repetitions: int
) -> dict[Name, list[float]]:
    """As `interleaved`, for calls that are too short to be timed one by one."""
    timers = {name: repeated(call) for name, call in calls.items()}
    times: dict[Name, list[float]] = {name: [] for name in calls}
    for _ in range(repetitions):
        for name, timer in timers.items():
            times[name].append(timer())
    return times


def paired_ratios(slower: list[float], faster: list[float]) -> list[float]:
    """Ratio of each repetition's two times."""
    return [a / b for a, b in zip(slower, faster, strict=True)]


def fastest(times: Mapping[Name, list[float]]) -> Name:
    """The name with the smallest median."""
    return min(times, key=lambda name: median(times[name]))


@dataclass(frozen=True)
class Matmuls:
    """A few products of square matrices, to be timed as one call."""

    size: int = MATMUL_SIZE
    dtype: torch.dtype = torch.float32
    device: str = "cpu"
    number: int = 3

    @property
    def flop(self) -> int:
        """Of one call."""
        return 2 * self.size**3 * self.number

    def call(self) -> Callable[[], None]:
        """The call; it allocates nothing."""
        a = torch.ones(self.size, self.size, dtype=self.dtype, device=self.device)
        out = torch.empty_like(a)

        def products() -> None:
            for _ in range(self.number):
                torch.matmul(a, a, out=out)

        return products

    def speed(self, repetitions: int = 3) -> float:
        """FLOP/s, by the median of a few calls."""
        times = interleaved({"matmul": self.call()}, repetitions, device=self.device)["matmul"]
        return self.flop / median(times)


def finish(device: str) -> None:
    """Wait for what a GPU still has to do."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def thread_ratio(size: int = MATMUL_SIZE, repetitions: int = 5) -> float:
    """Speed of a matmul on two threads over that on one, the median of paired ratios."""
    product = Matmuls(size, number=1).call()

    def on(threads: int) -> None:
        torch.set_num_threads(threads)
        product()

    times = interleaved({n: lambda n=n: on(n) for n in (1, THREADS)}, repetitions)
    torch.set_num_threads(THREADS)
    return median(paired_ratios(times[1], times[THREADS]))


def has_bf16_kernels() -> bool:
    """Whether bf16 is at least as fast as fp32 here, measured."""
    fp32, bf16 = (
        Matmuls(_BF16_MATMUL_SIZE, dtype, number=1).speed()
        for dtype in (torch.float32, torch.bfloat16)
    )
    return bf16 >= fp32
