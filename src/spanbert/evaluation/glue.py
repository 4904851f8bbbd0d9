"""Scores of GLUE's tasks -> the average of the paper's table (SpanBERT, section 4.2, table 5)."""

from collections.abc import Mapping
from statistics import mean

# of test, what always saying the commoner label gives: the paper reports it, and counts it in
WNLI_MAJORITY = 65.1


def glue_average(scores: Mapping[str, float], tasks: Mapping[str, object]) -> float | None:
    """Mean over all nine tasks; None where one is missing, which must not count as 0.

    Args:
        scores: by task; where a task has two metrics, or MNLI two test sets, their mean.
        tasks: the nine, by the same names. WNLI counts as its majority where it was not scored.
    """
    known = {"wnli": WNLI_MAJORITY} | dict(scores)
    return mean(known[name] for name in tasks) if tasks.keys() <= known.keys() else None
