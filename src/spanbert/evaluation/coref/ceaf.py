"""Shared mentions of clusters -> CEAF: the best one-to-one alignment of clusters (Luo, 2005).

Clusters that share no mention, directly or through others, are aligned apart, so that matrices stay
small. SciPy solves the assignment; it is imported when it is used, as the core does without it.
"""

from functools import cached_property

import numpy as np

from spanbert.corpus.optional import optional_import
from spanbert.evaluation.coref.mentions import Alignment
from spanbert.evaluation.coref.overlaps import Overlaps
from spanbert.evaluation.ratio import Counts
from spanbert.shapes import Bool, Float, Int


def ceaf_counts(alignment: Alignment, shared: Overlaps) -> tuple[Counts, Counts]:
    """CEAF-m, by mentions that aligned clusters share, and CEAF-e, by their Dice's coefficient."""
    groups = _Groups(shared)
    gold, predicted = alignment.gold, alignment.predicted
    total = groups.best_total(shared.occurrences.astype(float))
    by_mentions = Counts(total, len(gold.mentions), total, len(predicted.mentions))
    both = gold.sizes[shared.gold] + predicted.sizes[shared.predicted]
    total = groups.best_total(2 * shared.occurrences / both)
    numbers = [int((side.sizes > 0).sum()) for side in (gold, predicted)]
    return by_mentions, Counts(total, numbers[0], total, numbers[1])


class _Groups:
    """Pairs of clusters in groups that hang together by shared mentions."""

    def __init__(self, shared: Overlaps) -> None:
        self._gold, self._predicted = shared.gold, shared.predicted
        self._num_gold = int(shared.gold.max(initial=-1)) + 1
        self._num_nodes = self._num_gold + int(shared.predicted.max(initial=-1)) + 1

    @cached_property
    def _of_node(self) -> Int[np.ndarray, " nodes"]:
        """The group of each cluster, gold ones first."""
        sparse = optional_import("scipy.sparse", "coref")
        graphs = optional_import("scipy.sparse.csgraph", "coref")
        edges = (np.ones(len(self._gold)), (self._gold, self._num_gold + self._predicted))
        graph = sparse.coo_array(edges, shape=(self._num_nodes, self._num_nodes))
        return graphs.connected_components(graph, directed=False)[1]

    @cached_property
    def _of_pair(self) -> Int[np.ndarray, " pairs"]:
        return self._of_node[self._gold]

    @cached_property
    def _is_star(self) -> Bool[np.ndarray, " groups"]:
        """Whether a group has one cluster on a side, so that one pair is the whole alignment."""
        sides = np.split(self._of_node, [self._num_gold])
        sizes = [np.bincount(side, minlength=self._num_nodes) for side in sides]
        return (sizes[0] == 1) | (sizes[1] == 1)

    @cached_property
    def _others(self) -> list[Int[np.ndarray, " pairs"]]:
        """Places of the pairs of each group that is no star."""
        places = np.flatnonzero(~self._is_star[self._of_pair])
        places = places[np.argsort(self._of_pair[places], kind="stable")]
        bounds = np.flatnonzero(np.diff(self._of_pair[places])) + 1
        return np.split(places, bounds) if len(places) else []

    def best_total(self, weights: Float[np.ndarray, " pairs"]) -> float:
        """The largest sum of weights over pairs of which no two have a cluster in common."""
        best = np.zeros(self._num_nodes)
        np.maximum.at(best, self._of_pair, weights)
        total = float(best[self._is_star].sum())
        return total + sum(self._assigned(places, weights[places]) for places in self._others)

    def _assigned(
        self, places: Int[np.ndarray, " some"], weights: Float[np.ndarray, " some"]
    ) -> float:
        solve = optional_import("scipy.optimize", "coref").linear_sum_assignment
        sides = (self._gold[places], self._predicted[places])
        rows, columns = (np.unique(side, return_inverse=True)[1] for side in sides)
        matrix = np.zeros((rows.max() + 1, columns.max() + 1))
        matrix[rows, columns] = weights
        return float(matrix[solve(matrix, maximize=True)].sum())
