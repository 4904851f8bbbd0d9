"""Gold and predicted clusters -> the scores of the reference scorer 8.01 (Pradhan et al., 2014)."""

from collections.abc import Iterable

from spanbert.evaluation.coref.blanc import blanc_scores
from spanbert.evaluation.coref.ceaf import ceaf_counts
from spanbert.evaluation.coref.mentions import Clusters, align
from spanbert.evaluation.coref.metrics import bcub_counts, mention_counts, muc_counts
from spanbert.evaluation.coref.overlaps import overlaps

_AVERAGED = ("muc", "bcub", "ceafe")


def coref_scores(pairs: Iterable[tuple[Clusters, Clusters]]) -> dict[str, dict[str, float] | float]:
    """`muc`, `bcub`, `ceafm`, `ceafe`, `blanc`, `mentions`: recall, precision and f1; `conll_f1`.

    All in percent; counts are summed over documents before they are divided. Clusters of a single
    mention count as they are: leave them out on both sides where they are not annotated.

    Args:
        pairs: gold and predicted clusters of each document.

    Raises:
        DataError: more than 10 mentions are predicted again.
        DependencyError: SciPy is not installed.
    """
    alignment = align(pairs)
    shared = overlaps(alignment)
    ceafm, ceafe = ceaf_counts(alignment, shared)
    scores = {
        "muc": muc_counts(alignment, shared).scores(),
        "bcub": bcub_counts(alignment, shared).scores(),
        "ceafm": ceafm.scores(),
        "ceafe": ceafe.scores(),
        "blanc": blanc_scores(alignment),
        "mentions": mention_counts(alignment).scores(),
    }
    return scores | {"conll_f1": sum(scores[name]["f1"] for name in _AVERAGED) / len(_AVERAGED)}
