"""Numbers of a run in words, alike on pages, in verdicts and on terminals."""

import math
from typing import Any

Number = int | float

COLUMNS = 78
PRETRAINED, RANDOM = "pre-trained", "random weights"  # names of starts, as in the results


def token_losses(figures: dict[str, Any]) -> dict[str, Number]:
    """The losses per token among these figures, by the objective's name in words."""
    names = {"mlm_loss": "Masked token (MLM)", "sbo_loss": "Span boundary (SBO)"}
    return {words: figures[name] for name, words in names.items() if name in figures}


def chance_margin(first: dict[str, Any], second: dict[str, Any]) -> float:
    """How far two F1 scores may lie apart by the choice of questions alone, in points.

    Two standard errors of the difference. A score in [0, 1] with mean p varies by at most
    p (1 - p), so the margin errs on the careful side. It is NaN where it cannot be known.
    """
    variance = 0.0
    for row in (first, second):
        share = row["f1"] / 100
        if not (0 <= share <= 1 and row["num_questions"] > 0):
            return math.nan
        variance += share * (1 - share) / row["num_questions"]
    return 200 * math.sqrt(variance)


def fixed(value: Number, digits: int) -> str:
    """A number with a fixed count of decimals and commas between thousands."""
    return f"{value:,.{digits}f}" if math.isfinite(value) else _not_finite(value)


def mean_and_sd(figures: dict[str, Any]) -> str:
    """A figure over seeds, as `seeds_summary` has it."""
    if figures["sd"] is None:  # of one seed
        return fixed(figures["mean"], 1)
    return f"{fixed(figures['mean'], 1)} ± {fixed(figures['sd'], 1)}"


def count(value: Number) -> str:
    """A whole number with commas between thousands."""
    return fixed(value, 0)


def percent(share: Number) -> str:
    """A share in [0, 1] as percent."""
    return f"{fixed(100 * share, 1)}%"


def part_of(part: Number, whole: Number) -> str:
    """A part as percent of the whole; one that is small is not told as none."""
    if not whole:
        return "–"
    share = part / whole
    if 0 < abs(share) < 0.0005:
        return "<0.1%" if share > 0 else ">-0.1%"
    return percent(share)


def rounded(value: int) -> str:
    """A whole number in words of three digits where it is long: 388 million."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= size:
            digits = f"{value / size:,.{max(0, 3 - len(str(value // size)))}f}"
            return f"{digits} {word}"
    return count(value)


def _not_finite(value: Number) -> str:
    if math.isnan(value):
        return "NaN"
    return "∞" if value > 0 else "-∞"


def clipped(text: str, width: int) -> str:
    """Text that fits a column of a terminal and cannot steer it."""
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters and line breaks are replaced."""
    return "".join(c if c.isprintable() else "?" for c in text)
