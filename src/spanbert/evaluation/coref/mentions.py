"""Clusters of many documents, gold and predicted -> numbered mentions and clusters, as arrays.

Which mentions count, and how often, is as in the reference scorer 8.01: of a gold mention that is
predicted again and again the first prediction stays; a wrong one stays as often as it is there, and
so does a gold mention.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from spanbert.errors import DataError
from spanbert.shapes import Bool, Int

MAX_REPEATED = 10  # gold mentions predicted again; of more, the reference scorer scores nothing

Clusters = Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Side:
    """The clusters of one side, over all documents; a mention may occur in several."""

    mentions: Int[np.ndarray, " occurrences"]
    clusters: Int[np.ndarray, " occurrences"]
    num_clusters: int  # with those that lost all mentions

    @cached_property
    def sizes(self) -> Int[np.ndarray, " clusters"]:
        """Occurrences in each cluster."""
        return np.bincount(self.clusters, minlength=self.num_clusters)

    def homes(self, num_mentions: int) -> Int[np.ndarray, " mentions"]:
        """The last cluster of each mention, or -1."""
        homes = np.full(num_mentions, -1)
        homes[self.mentions] = self.clusters
        return homes


@dataclass(frozen=True)
class Alignment:
    """Both sides with their mentions numbered alike, those of a document one after another."""

    gold: Side
    predicted: Side
    documents: Int[np.ndarray, " mentions"]  # of each mention, ascending

    @property
    def num_mentions(self) -> int:
        """Distinct mentions of both sides."""
        return len(self.documents)

    @cached_property
    def gold_homes(self) -> Int[np.ndarray, " mentions"]:
        """The last gold cluster of each mention, or -1."""
        return self.gold.homes(self.num_mentions)

    @cached_property
    def predicted_homes(self) -> Int[np.ndarray, " mentions"]:
        """The predicted cluster of each mention, or -1; a gold mention has no other."""
        return self.predicted.homes(self.num_mentions)

    @cached_property
    def is_found(self) -> Bool[np.ndarray, " mentions"]:
        """Whether a mention is on both sides."""
        return (self.gold_homes >= 0) & (self.predicted_homes >= 0)


def align(pairs: Iterable[tuple[Clusters, Clusters]]) -> Alignment:
    """Number the mentions and the clusters of documents.

    Args:
        pairs: gold and predicted clusters of each document; mentions are two integers each.

    Raises:
        DataError: more than `MAX_REPEATED` gold mentions are predicted again.
    """
    pairs = list(pairs)
    sides = [_Occurrences([pair[side] for pair in pairs]) for side in (0, 1)]
    spans = np.concatenate([side.spans for side in sides])
    documents = np.concatenate([side.documents for side in sides])
    _, numbers = np.unique(_codes(spans, documents), return_inverse=True)
    mention_documents = np.zeros(numbers.max(initial=-1) + 1, dtype=np.int64)
    mention_documents[numbers] = documents
    gold, predicted = np.split(numbers, [len(sides[0].spans)])
    kept = _first_or_wrong(gold, predicted, len(mention_documents))
    return Alignment(
        Side(gold, sides[0].clusters, sides[0].num_clusters),
        Side(predicted[kept], sides[1].clusters[kept], sides[1].num_clusters),
        mention_documents,
    )


class _Occurrences:
    """The clusters of one side, flat."""

    def __init__(self, documents: Sequence[Clusters]) -> None:
        clusters = list(chain.from_iterable(documents))
        sizes = np.fromiter(map(len, clusters), dtype=np.int64, count=len(clusters))
        numbers = chain.from_iterable(chain.from_iterable(clusters))
        flat = np.fromiter(numbers, dtype=np.int64, count=2 * int(sizes.sum()))
        self.spans = flat.reshape(-1, 2)
        self.num_clusters = len(clusters)
        self.clusters = np.repeat(np.arange(len(clusters)), sizes)
        lengths = np.fromiter(map(len, documents), dtype=np.int64, count=len(documents))
        self.documents = np.repeat(np.arange(len(documents)), lengths)[self.clusters]


def _codes(
    spans: Int[np.ndarray, "occurrences 2"], documents: Int[np.ndarray, " occurrences"]
) -> Int[np.ndarray, " occurrences"]:
    """A number for each mention of each document, ascending by document."""
    starts, ends = spans.T
    width = ends.max(initial=0) + 1
    _, ranks = np.unique(starts * width + ends, return_inverse=True)
    return documents * (ranks.max(initial=0) + 1) + ranks


def _first_or_wrong(
    gold: Int[np.ndarray, " gold"], predicted: Int[np.ndarray, " predicted"], num_mentions: int
) -> Bool[np.ndarray, " predicted"]:
    """True where a prediction stays."""
    is_gold = np.zeros(num_mentions, dtype=bool)
    is_gold[gold] = True
    _, firsts = np.unique(predicted, return_index=True)
    kept = ~is_gold[predicted]
    kept[firsts] = True
    num_repeated = len(kept) - int(kept.sum())
    if num_repeated > MAX_REPEATED:
        cause = f"{num_repeated} mentions are predicted again, over {MAX_REPEATED}"
        raise DataError(cause, remedy="predict each mention once")
    return kept
