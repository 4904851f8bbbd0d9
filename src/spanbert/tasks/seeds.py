"""Scores of several seeds -> mean and spread of each figure."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any


def seeds_summary(scores: Sequence[Mapping[str, float]], figures: Sequence[str]) -> dict[str, Any]:
    """Number of seeds, and mean and sample deviation of each figure; None for one seed."""
    summary: dict[str, Any] = {"n": len(scores)}
    for name in figures:
        values = [score[name] for score in scores]
        summary[name] = {"mean": mean(values), "sd": stdev(values) if len(values) > 1 else None}
    return summary
