"""Scores of links -> the best antecedent of each span -> clusters."""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.coref.document import Clusters, Span
from spanbert.tasks.coref.mentions import Links

NO_LINK = -1


def best_antecedents(links: Links) -> Int[np.ndarray, " spans"]:
    """The best antecedent of each span; `NO_LINK` where having none is better, or as good."""
    best = links.scores_with_none.argmax(dim=1)
    chosen = links.antecedents.gather(1, (best - 1).clamp(min=0)[:, None]).squeeze(1)
    return chosen.where(best > 0, NO_LINK).cpu().numpy()


def clusters_of(
    spans: Sequence[Span], antecedents: Sequence[int], is_mention: Sequence[bool] | None = None
) -> Clusters:
    """Spans that hang together by links, ascending, in order of their first ones.

    Args:
        antecedents: the number of each span's antecedent, which is before it, or `NO_LINK`.
        is_mention: whether a span is a cluster where nothing is linked to it; absent: none is.
    """
    clusters: list[list[Span]] = []
    homes: list[int] = []
    for span, antecedent in zip(spans, antecedents, strict=True):
        if antecedent == NO_LINK:
            homes.append(len(clusters))
            clusters.append([span])
        else:
            homes.append(homes[antecedent])
            clusters[homes[antecedent]].append(span)
    if is_mention is None:
        is_mention = [False] * len(spans)
    alone = {span for span, is_one in zip(spans, is_mention, strict=True) if is_one}
    kept = [c for c in clusters if len(c) > 1 or c[0] in alone]
    return tuple(sorted(tuple(sorted(cluster)) for cluster in kept))
