"""How a stage tells what it is doing: one line at a time, to whoever listens."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

Say = Callable[[str], None]  # takes one line of progress for a person

# Steps run in processes of their own whose output is full of their frameworks' logs; `spanbert run`
# shows the lines that carry this mark and keeps the others in a file.
MARK = "\u25b8 "


@runtime_checkable
class LogMetrics(Protocol):
    """Takes the figures of one step; `training.curve` gives one that keeps them on disk."""

    def __call__(self, step: int, metrics: dict[str, float]) -> None:
        """Record `metrics` at `step`."""


def announce(line: str) -> None:
    """Print a line with the mark, at once."""
    print(f"{MARK}{line}", flush=True)


def silent(line: str) -> None:
    """Listens to nothing."""


def no_metrics(step: int, metrics: dict[str, float]) -> None:
    """Keeps nothing."""
