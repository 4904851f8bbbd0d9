"""Clusters -> BLANC: links within clusters and links between them (Luo et al., 2014).

A link is a pair of a document's mentions on one side. Mentions that occur once are counted by the
sizes of clusters; the few that a file has twice, one by one: a pair may be a link of both kinds.
"""

from typing import NamedTuple

import numpy as np

from spanbert.evaluation.coref.mentions import Alignment, Side
from spanbert.evaluation.ratio import harmonic_mean, ratio
from spanbert.shapes import Bool, Int


class Links(NamedTuple):
    """Links of one kind: on both sides, of gold, of the predictions."""

    common: int
    gold: int
    predicted: int

    def plus(self, other: "Links") -> "Links":
        """Both together."""
        return Links(*(a + b for a, b in zip(self, other, strict=True)))

    def shares(self) -> tuple[float, float, float]:
        """Recall, precision and F1, 0 to 1."""
        recall, precision = ratio(self.common, self.gold), ratio(self.common, self.predicted)
        return recall, precision, harmonic_mean(recall, precision)


def blanc_scores(alignment: Alignment) -> dict[str, float]:
    """Means over both kinds of links, `f1` too, in percent.

    As in the reference scorer, a kind of which gold has none is left out, and all is 0 where gold
    has no link at all.
    """
    within, between = blanc_links(alignment)
    kinds = [links.shares() for links in (within, between) if links.gold]
    means = [100 * sum(values) / len(kinds) for values in zip(*kinds, strict=True)]
    return dict(zip(("recall", "precision", "f1"), means or [0.0, 0.0, 0.0], strict=True))


def blanc_links(alignment: Alignment) -> tuple[Links, Links]:
    """The links within clusters and between them, over all documents."""
    times = [
        np.bincount(side.mentions, minlength=alignment.num_mentions)
        for side in (alignment.gold, alignment.predicted)
    ]
    is_repeated = (times[0] > 1) | (times[1] > 1)
    within, between = _links_of_single(alignment, ~is_repeated)
    for document in np.unique(alignment.documents[is_repeated]):
        first, end = np.searchsorted(alignment.documents, [document, document + 1])
        more = _links_of_repeated(alignment, int(first), int(end), is_repeated[first:end])
        within, between = within.plus(more[0]), between.plus(more[1])
    return within, between


def _links_of_single(
    alignment: Alignment, is_single: Bool[np.ndarray, " mentions"]
) -> tuple[Links, Links]:
    """Links between mentions that occur at most once on each side."""
    gold, predicted, documents = (
        alignment.gold_homes,
        alignment.predicted_homes,
        alignment.documents,
    )
    of_gold, of_predicted = is_single & (gold >= 0), is_single & (predicted >= 0)
    both = of_gold & of_predicted
    pairs = gold[both] * (predicted.max(initial=0) + 1) + predicted[both]
    same = _pairs_within(np.unique(pairs, return_inverse=True)[1])
    within = Links(same, _pairs_within(gold[of_gold]), _pairs_within(predicted[of_predicted]))
    apart_in_gold_or_not = _pairs_within(gold[both]) + _pairs_within(predicted[both]) - same
    between = Links(
        _pairs_within(documents[both]) - apart_in_gold_or_not,
        _pairs_within(documents[of_gold]) - within.gold,
        _pairs_within(documents[of_predicted]) - within.predicted,
    )
    return within, between


def _pairs_within(groups: Int[np.ndarray, " members"]) -> int:
    """How many pairs have the same group."""
    sizes = np.bincount(groups)
    return int((sizes * (sizes - 1) // 2).sum())


def _links_of_repeated(
    alignment: Alignment, first: int, end: int, is_repeated: Bool[np.ndarray, " mentions"]
) -> tuple[Links, Links]:
    """Links of a document that have a mention which occurs more than once."""
    sides = [_Members(side, first, end) for side in (alignment.gold, alignment.predicted)]
    within, between = Links(0, 0, 0), Links(0, 0, 0)
    is_open = np.ones(end - first, dtype=bool)
    for mention in np.flatnonzero(is_repeated).tolist():
        linked = [side.linked(mention) for side in sides]
        within = within.plus(_counted(linked[0][0] & is_open, linked[1][0] & is_open))
        between = between.plus(_counted(linked[0][1] & is_open, linked[1][1] & is_open))
        is_open[mention] = False  # its links to the next were counted from here
    return within, between


def _counted(
    gold: Bool[np.ndarray, " mentions"], predicted: Bool[np.ndarray, " mentions"]
) -> Links:
    return Links(int((gold & predicted).sum()), int(gold.sum()), int(predicted.sum()))


class _Members:
    """One side's clusters in one document, its mentions numbered from 0."""

    def __init__(self, side: Side, first: int, end: int) -> None:
        own = (side.mentions >= first) & (side.mentions < end)
        self._mentions, self._clusters = side.mentions[own] - first, side.clusters[own]
        distinct = np.unique(np.stack([self._mentions, self._clusters], axis=1), axis=0)
        self._num_clusters = np.bincount(distinct[:, 0], minlength=end - first)
        self._home = np.full(end - first, -1)
        self._home[self._mentions] = self._clusters

    def linked(
        self, mention: int
    ) -> tuple[Bool[np.ndarray, " mentions"], Bool[np.ndarray, " mentions"]]:
        """Which mentions share a cluster with this one, and which are in another than one of its.

        It may be linked to itself: when it is twice in a cluster, or in two clusters.
        """
        within = np.zeros(len(self._home), dtype=bool)
        between = np.zeros(len(self._home), dtype=bool)
        is_twice = False
        clusters, times = np.unique(self._clusters[self._mentions == mention], return_counts=True)
        for cluster, number in zip(clusters, times, strict=True):
            within[self._mentions[self._clusters == cluster]] = True
            is_twice |= bool(number > 1)
            between |= (self._num_clusters > 1) | (
                (self._num_clusters == 1) & (self._home != cluster)
            )
        within[mention] = is_twice
        return within, between
