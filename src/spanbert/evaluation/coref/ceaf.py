"""Shared mentions of clusters -> CEAF: the best one-to-one alignment of clusters (Luo, 2005).

Clusters that share no mention, directly or through others, are aligned apart, so that matrices stay
small. SciPy solves the assignment; it is imported when it is used, as the core does without it.
"""

from collections.abc import Iterator

import numpy as np

from spanbert.corpus.optional import optional_import
from spanbert.evaluation.coref.mentions import Alignment
from spanbert.evaluation.coref.overlaps import Overlaps
from spanbert.evaluation.coref.ratio import Counts
from spanbert.shapes import Float, Int


def ceafm_counts(alignment: Alignment, shared: Overlaps) -> Counts:
    """By mentions that aligned clusters share."""
    total = _best_total(shared, shared.occurrences.astype(float))
    return Counts(total, len(alignment.gold.mentions), total, len(alignment.predicted.mentions))


def ceafe_counts(alignment: Alignment, shared: Overlaps) -> Counts:
    """By Dice's coefficient of aligned clusters, of each of which there is one."""
    sizes = alignment.gold.sizes, alignment.predicted.sizes
    both = sizes[0][shared.gold] + sizes[1][shared.predicted]
    total = _best_total(shared, 2 * shared.occurrences / both)
    return Counts(total, int((sizes[0] > 0).sum()), total, int((sizes[1] > 0).sum()))


def _best_total(shared: Overlaps, weights: Float[np.ndarray, " pairs"]) -> float:
    """The largest sum of weights over pairs of which no two have a cluster in common."""
    total = 0.0
    for pairs in _connected(shared):
        gold, predicted, own = shared.gold[pairs], shared.predicted[pairs], weights[pairs]
        if (gold == gold[0]).all() or (predicted == predicted[0]).all():
            total += float(own.max())
        else:
            total += _assigned(gold, predicted, own)
    return total


def _connected(shared: Overlaps) -> Iterator[Int[np.ndarray, " pairs"]]:
    """Places of pairs that hang together by clusters, group by group."""
    graphs = optional_import("scipy.sparse.csgraph", "coref")
    sparse = optional_import("scipy.sparse", "coref")
    num_gold = shared.gold.max(initial=-1) + 1
    num_nodes = num_gold + shared.predicted.max(initial=-1) + 1
    edges = (np.ones(len(shared.gold)), (shared.gold, num_gold + shared.predicted))
    graph = sparse.coo_array(edges, shape=(num_nodes, num_nodes))
    _, labels = graphs.connected_components(graph, directed=False)
    own = labels[shared.gold]
    order = np.argsort(own, kind="stable")
    bounds = np.flatnonzero(np.diff(own[order])) + 1
    return (part for part in np.split(order, bounds) if len(part))


def _assigned(
    gold: Int[np.ndarray, " pairs"],
    predicted: Int[np.ndarray, " pairs"],
    weights: Float[np.ndarray, " pairs"],
) -> float:
    solve = optional_import("scipy.optimize", "coref").linear_sum_assignment
    rows, columns = (np.unique(side, return_inverse=True)[1] for side in (gold, predicted))
    matrix = np.zeros((rows.max() + 1, columns.max() + 1))
    matrix[rows, columns] = weights
    return float(matrix[solve(matrix, maximize=True)].sum())
