"""Coreference scores as one writes them first: a document at a time, in loops, in plain Python.

Written from the definitions of MUC, B³, CEAF (by the Hungarian method) and BLANC. No mention may be
in two clusters of a side, and gold must have links of both kinds.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

Mention = tuple[int, int]
Clusters = Sequence[Sequence[Mention]]
Counts = tuple[float, float, float, float]


def score(documents: Iterable[tuple[Clusters, Clusters]]) -> dict[str, dict[str, float]]:
    """Recall, precision and F1 of each metric, in percent."""
    documents = list(documents)
    result: dict[str, dict[str, float]] = {}
    for name, metric in _METRICS.items():
        sums = [0.0, 0.0, 0.0, 0.0]
        for gold, predicted in documents:
            for place, value in enumerate(metric(gold, predicted)):
                sums[place] += value
        result[name] = _percent(_over(sums[0], sums[1]), _over(sums[2], sums[3]))
    return result | {"blanc": _blanc(documents)}


def _over(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0


def _percent(recall: float, precision: float, f1: float | None = None) -> dict[str, float]:
    if f1 is None:
        f1 = _over(2 * recall * precision, recall + precision)
    return {"recall": 100 * recall, "precision": 100 * precision, "f1": 100 * f1}


def _cluster_of(clusters: Clusters) -> dict[Mention, int]:
    return {mention: number for number, cluster in enumerate(clusters) for mention in cluster}


def _mentions(gold: Clusters, predicted: Clusters) -> Counts:
    sides = _cluster_of(gold), _cluster_of(predicted)
    found = sum(mention in sides[1] for mention in sides[0])
    return found, len(sides[0]), found, len(sides[1])


def _muc(gold: Clusters, predicted: Clusters) -> Counts:
    def links(clusters: Clusters, other: Clusters) -> tuple[int, int]:
        homes, right, all_links = _cluster_of(other), 0, 0
        for cluster in clusters:
            parts = {homes.get(mention, mention) for mention in cluster}
            right += len(cluster) - len(parts)
            all_links += len(cluster) - 1
        return right, all_links

    return *links(gold, predicted), *links(predicted, gold)


def _bcub(gold: Clusters, predicted: Clusters) -> Counts:
    def shares(clusters: Clusters, other: Clusters) -> tuple[float, int]:
        homes, total, number = _cluster_of(other), 0.0, 0
        for cluster in clusters:
            for mention in cluster:
                number += 1
                if mention in homes:
                    home = set(other[homes[mention]])
                    total += sum(one in home for one in cluster) / len(cluster)
        return total, number

    return *shares(gold, predicted), *shares(predicted, gold)


def _ceafm(gold: Clusters, predicted: Clusters) -> Counts:
    total = _aligned(gold, predicted, lambda shared, one, other: shared)
    return total, sum(map(len, gold)), total, sum(map(len, predicted))


def _ceafe(gold: Clusters, predicted: Clusters) -> Counts:
    total = _aligned(gold, predicted, lambda shared, one, other: 2 * shared / (one + other))
    return total, len(gold), total, len(predicted)


def _aligned(
    gold: Clusters, predicted: Clusters, likeness: Callable[[int, int, int], float]
) -> float:
    sets = [set(cluster) for cluster in predicted]
    table = [
        [likeness(sum(m in own for m in cluster), len(cluster), len(own)) for own in sets]
        for cluster in gold
    ]
    if len(gold) > len(predicted):
        table = [list(column) for column in zip(*table, strict=True)]
    return sum(table[row][column] for row, column in enumerate(hungarian(table)))


def hungarian(table: list[list[float]]) -> list[int]:
    """The column of each row in the assignment of the largest sum; columns are not fewer.

    Kuhn and Munkres with potentials and shortest paths, in rows² x columns steps.
    """
    num_rows, num_columns = len(table), len(table[0]) if table else 0
    of_row, of_column = [0.0] * (num_rows + 1), [0.0] * (num_columns + 1)
    row_of = [0] * (num_columns + 1)  # 0: none; rows and columns count from 1
    for row in range(1, num_rows + 1):
        row_of[0], column = row, 0
        least, before = [float("inf")] * (num_columns + 1), [0] * (num_columns + 1)
        is_used = [False] * (num_columns + 1)
        while row_of[column]:
            is_used[column] = True
            current, delta, nearest = row_of[column], float("inf"), 0
            for other in range(1, num_columns + 1):
                if is_used[other]:
                    continue
                cost = -table[current - 1][other - 1] - of_row[current] - of_column[other]
                if cost < least[other]:
                    least[other], before[other] = cost, column
                if least[other] < delta:
                    delta, nearest = least[other], other
            for other in range(num_columns + 1):
                if is_used[other]:
                    of_row[row_of[other]] += delta
                    of_column[other] -= delta
                else:
                    least[other] -= delta
            column = nearest
        while column:
            row_of[column], column = row_of[before[column]], before[column]
    columns = [0] * num_rows
    for column in range(1, num_columns + 1):
        if row_of[column]:
            columns[row_of[column] - 1] = column - 1
    return columns


def _links(clusters: Clusters) -> tuple[set[tuple[Mention, ...]], set[tuple[Mention, ...]]]:
    """Pairs within clusters, and pairs of mentions in two."""
    homes = _cluster_of(clusters)
    within, between = set[tuple[Mention, ...]](), set[tuple[Mention, ...]]()
    for pair in combinations(sorted(homes), 2):
        (within if homes[pair[0]] == homes[pair[1]] else between).add(pair)
    return within, between


def _blanc(documents: Sequence[tuple[Clusters, Clusters]]) -> dict[str, float]:
    counts = [[0, 0, 0], [0, 0, 0]]
    for gold, predicted in documents:
        for kind, (own, other) in enumerate(zip(_links(gold), _links(predicted), strict=True)):
            for place, number in enumerate((len(own & other), len(own), len(other))):
                counts[kind][place] += number
    recall = [_over(common, of_gold) for common, of_gold, _ in counts]
    precision = [_over(common, of_predicted) for common, _, of_predicted in counts]
    f1 = [_over(2 * r * p, r + p) for r, p in zip(recall, precision, strict=True)]
    return _percent(sum(recall) / 2, sum(precision) / 2, sum(f1) / 2)


_METRICS = {
    "muc": _muc,
    "bcub": _bcub,
    "ceafm": _ceafm,
    "ceafe": _ceafe,
    "mentions": _mentions,
}
