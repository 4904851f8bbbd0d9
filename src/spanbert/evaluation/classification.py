"""Gold and predicted labels, or numbers -> GLUE's metrics in percent, and a table by label.

Each equals scikit-learn's or SciPy's of that name; where those say nothing or NaN, as for a
correlation with a constant, it is 0.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from spanbert.evaluation.ratio import percentages, ratio
from spanbert.shapes import Float

Labels = Sequence[str] | Sequence[float] | Sequence[str | float]


def accuracy(gold: Labels, predicted: Labels) -> float:
    """Share of labels that are right."""
    return 100 * ratio(_num_equal(gold, predicted), len(gold))


def f1(gold: Labels, predicted: Labels, positive: str) -> float:
    """Harmonic mean of precision and recall of one label."""
    return _scores(gold, predicted, positive)["f1"]


def matthews(gold: Labels, predicted: Labels) -> float:
    """Matthews' correlation coefficient; with more than two labels Gorodkin's R_K."""
    golds, guesses = Counter(gold), Counter(predicted)
    total = len(gold)
    chance = sum(count * guesses[label] for label, count in golds.items())
    gold_spread, spread = (
        total**2 - sum(count**2 for count in side.values()) for side in (golds, guesses)
    )
    covariance = _num_equal(gold, predicted) * total - chance
    return 100 * ratio(covariance, math.sqrt(gold_spread * spread))


def pearson(gold: Labels, predicted: Labels) -> float:
    """Pearson's correlation of numbers."""
    one, other = (_centred(np.asarray(side, dtype=np.float64)) for side in (gold, predicted))
    return 100 * float(one @ other)


def spearman(gold: Labels, predicted: Labels) -> float:
    """Spearman's correlation: Pearson's of the ranks, where equal numbers share their mean rank."""
    return pearson(_ranks(gold).tolist(), _ranks(predicted).tolist())


def label_table(gold: Labels, predicted: Labels) -> dict[str, dict[str, float]]:
    """Precision, recall and f1 of each label, and "num_examples" that have it, by name."""
    return {
        str(label): {**_scores(gold, predicted, label), "num_examples": list(gold).count(label)}
        for label in sorted({*gold, *predicted}, key=str)
    }


def most_confused(gold: Labels, predicted: Labels, most: int = 10) -> list[dict[str, Any]]:
    """The commonest mistakes: "gold" and "predicted" label by name, and "num_examples"."""
    pairs = ((str(a), str(b)) for a, b in zip(gold, predicted, strict=True) if a != b)
    ordered = sorted(Counter(pairs).items(), key=lambda item: (-item[1], item[0]))
    return [
        {"gold": one, "predicted": other, "num_examples": number}
        for (one, other), number in ordered[:most]
    ]


def _num_equal(gold: Labels, predicted: Labels) -> int:
    return sum(one == other for one, other in zip(gold, predicted, strict=True))


def _scores(gold: Labels, predicted: Labels, label: str | float) -> dict[str, float]:
    right = sum(one == other == label for one, other in zip(gold, predicted, strict=True))
    num_gold, num_predicted = list(gold).count(label), list(predicted).count(label)
    return percentages(ratio(right, num_gold), ratio(right, num_predicted))


def _centred(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """With mean 0 and length 1; all 0 where the values are equal."""
    if np.ptp(values) == 0:
        return np.zeros_like(values)
    apart = values - values.mean()
    return apart / np.linalg.norm(apart)


def _ranks(values: Labels) -> Float[np.ndarray, " n"]:
    """Ranks from 1."""
    _, places, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
