"""Scores of cells -> rows with mean, deviation and an exact paired test over seeds.

The first row, in the paper's order, is the reference. A difference is taken seed by seed, since
cells of one seed have all in common but what is ablated.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.ablation.variants import OBJECTIVES, SCHEMES
from spanbert.rng import stream

_MOST_ENUMERATED = 16  # seeds: 65,536 sign patterns
_NUM_SAMPLED = 100_000


@dataclass(frozen=True)
class CellScores:
    """What one cell found."""

    scheme: str
    objective: str
    seed: int
    run_id: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """One figure of one row over its seeds, and against the reference."""

    values: dict[int, float]  # by seed
    mean: float
    deviation: float | None  # of the sample; None for one seed
    difference: float | None = None  # mean over seeds; None for the reference itself
    p: float | None = None  # two-sided


@dataclass(frozen=True)
class Row:
    """One variant of the ablation."""

    scheme: str
    objective: str
    run_ids: dict[int, str]  # by seed
    figures: dict[str, Comparison]


def compare(cells: Sequence[CellScores]) -> list[Row]:
    """One row for each scheme and objective that there are cells of, in the paper's order."""
    rows: list[Row] = []
    for scheme in SCHEMES:
        for objective in OBJECTIVES:
            mine = [c for c in cells if (c.scheme, c.objective) == (scheme, objective)]
            if mine:
                rows.append(_row(mine, rows[0] if rows else None))
    return rows


def sign_flip_p(differences: Sequence[float]) -> float:
    """Two-sided p of the mean of paired differences under exchange within each pair.

    The share of sign patterns whose mean lies at least as far from 0 as the one observed: all
    patterns up to 16 pairs, beyond that a fixed sample of them and the observed one. NaN where a
    difference is not finite.
    """
    found = np.asarray(differences)
    if not np.isfinite(found).all():
        return math.nan
    count = len(found)
    if count <= _MOST_ENUMERATED:
        signs = 1 - 2 * (np.arange(2**count)[:, None] >> np.arange(count) & 1)
    else:
        signs = stream(0, "sign-flips", count).choice([-1, 1], size=(_NUM_SAMPLED, count))
        signs[0] = 1
    sums = np.abs(signs @ found)
    tolerance = 1e-9 * np.abs(found).sum()  # patterns that are equal but for rounding
    return float((sums >= abs(found.sum()) - tolerance).mean())


def smallest_p(num_seeds: int) -> float:
    """The least p that so many pairs can give, when all agree in sign."""
    return 2.0 ** (1 - num_seeds)


def _row(cells: Sequence[CellScores], reference: Row | None) -> Row:
    names = [n for n in cells[0].figures if all(n in cell.figures for cell in cells)]
    against = reference.figures if reference else {}
    figures = {
        name: _comparison({c.seed: c.figures[name] for c in cells}, against.get(name))
        for name in names
    }
    run_ids = {cell.seed: cell.run_id for cell in cells}
    return Row(cells[0].scheme, cells[0].objective, run_ids, figures)


def _comparison(values: dict[int, float], reference: Comparison | None) -> Comparison:
    found = np.array(list(values.values()))
    mean = float(found.mean())
    deviation = float(found.std(ddof=1)) if len(found) > 1 else None
    if reference is None:
        return Comparison(values, mean, deviation)
    differences = [value - reference.values[seed] for seed, value in values.items()]
    difference = float(np.mean(differences))
    return Comparison(values, mean, deviation, difference, sign_flip_p(differences))
