"""Numerators and denominators of recall and precision -> scores in percent."""

from typing import NamedTuple


class Counts(NamedTuple):
    """What recall and precision are made of, summed over documents before they are divided."""

    recall_num: int | float
    recall_den: int | float
    precision_num: int | float
    precision_den: int | float

    def scores(self) -> dict[str, float]:
        """`recall`, `precision` and `f1` in percent; 0 where there is nothing to divide by."""
        return percentages(
            ratio(self.recall_num, self.recall_den), ratio(self.precision_num, self.precision_den)
        )


def percentages(recall: float, precision: float) -> dict[str, float]:
    """Two shares and their harmonic mean, in percent."""
    f1 = harmonic_mean(recall, precision)
    return {"recall": 100 * recall, "precision": 100 * precision, "f1": 100 * f1}


def harmonic_mean(recall: float, precision: float) -> float:
    """F1; 0 of two zeros."""
    return ratio(2 * recall * precision, recall + precision)


def ratio(numerator: int | float, denominator: int | float) -> float:
    """The quotient; 0 over 0."""
    return numerator / denominator if denominator else 0.0
