"""Clusters of a document -> the mentions that training knows, each in one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.coref.document import Clusters, Span

NO_CLUSTER = 0


@dataclass(frozen=True, eq=False)
class GoldMentions:
    """Annotated mentions, ascending, and the number of each one's cluster, from 1."""

    spans: Int[np.ndarray, "mentions 2"]  # half-open, of words
    clusters: Int[np.ndarray, " mentions"]

    @classmethod
    def of(cls, clusters: Clusters) -> "GoldMentions":
        """The mentions of clusters; those that share a mention are one."""
        numbered = sorted(
            (span, number)
            for number, spans in enumerate(merged(clusters), start=NO_CLUSTER + 1)
            for span in spans
        )
        spans = np.array([span for span, _ in numbered], dtype=np.int64).reshape(-1, 2)
        return cls(spans, np.array([number for _, number in numbered], dtype=np.int64))

    def within(self, start: int, end: int) -> "GoldMentions":
        """Those that lie in the words [start, end) whole, counted from `start`."""
        inside = (self.spans[:, 0] >= start) & (self.spans[:, 1] <= end)
        return GoldMentions(self.spans[inside] - start, self.clusters[inside])

    def clusters_of(self, spans: Int[np.ndarray, "spans 2"]) -> Int[np.ndarray, " spans"]:
        """The cluster of each of these spans; `NO_CLUSTER` of one that is no mention."""
        known = dict(zip(map(tuple, self.spans.tolist()), self.clusters.tolist(), strict=True))
        found = [known.get((start, end), NO_CLUSTER) for start, end in spans.tolist()]
        return np.array(found, dtype=np.int64)


def merged(clusters: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """Clusters of which no two share a mention, in order of their first ones; none is empty.

    Files annotate a mention twice now and then: to whoever reads them, both are then one.
    """
    homes: dict[Span, list[Span]] = {}
    for cluster in clusters:
        joined: list[Span] = []
        for span in cluster:
            home = homes.get(span, [span])
            if home is not joined:
                joined += home
                homes |= dict.fromkeys(home, joined)
    distinct = {id(home): home for home in homes.values()}
    return sorted(sorted(home) for home in distinct.values())
