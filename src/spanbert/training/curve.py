"""The figures of training on disk, one JSON object a line: exactly one line a logged step.

Lines are only ever appended. A resumed run computes some steps again: their figures are held
against those on file instead of being written twice.
"""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spanbert.lines import cut_torn_line


class CurveFile:
    """Appends figures with the time they came at.

    Args:
        path: the file; a last line that a kill cut off is removed.
        clock: seconds since 1970.

    Attributes:
        largest_difference: relative, between figures of a step that was computed again and those
            on file; 0 where all are the same to the bit.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("r+b") as handle:
                cut_torn_line(handle)
        self._known = {point["step"]: point for point in read_curve(path)}
        self.largest_difference = 0.0

    def __call__(self, step: int, metrics: dict[str, float]) -> None:
        """Append one step's figures, or hold them against those that are there."""
        if step in self._known:
            differences = [_difference(self._known[step].get(n), v) for n, v in metrics.items()]
            self.largest_difference = max(self.largest_difference, *differences)
            return
        self._known[step] = metrics
        line = {"step": step, "time_ms": int(self._clock() * 1000), **metrics}
        with self._path.open("a") as handle:
            handle.write(json.dumps(line) + "\n")


def read_curve(path: Path) -> list[dict[str, Any]]:
    """All points without their times, oldest first; a line cut off by a kill is left out."""
    if not path.exists():
        return []
    lines = path.read_text().splitlines(keepends=True)
    points = [json.loads(line) for line in lines if line.endswith("\n")]
    return [{n: v for n, v in point.items() if n != "time_ms"} for point in points]


def _difference(before: float | None, now: float) -> float:
    """Relative; infinite where one of them is not there or not finite alone."""
    if before == now or (before is not None and math.isnan(before) and math.isnan(now)):
        return 0.0
    if before is None or not (math.isfinite(before) and math.isfinite(now)):
        return math.inf
    return abs(now - before) / max(abs(now), abs(before))
