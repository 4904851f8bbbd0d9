"""Gold and predicted clusters -> how many mentions each two of them share, where they share any."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spanbert.evaluation.coref.mentions import Alignment
from spanbert.shapes import Int


@dataclass(frozen=True)
class Overlaps:
    """Pairs of a gold and a predicted cluster with common mentions.

    The three counts differ only where a gold mention is in several clusters, or twice in one.
    """

    gold: Int[np.ndarray, " pairs"]  # cluster
    predicted: Int[np.ndarray, " pairs"]  # cluster
    occurrences: Int[np.ndarray, " pairs"]  # of the gold cluster's, each time it is there
    mentions: Int[np.ndarray, " pairs"]  # distinct ones
    at_home: Int[np.ndarray, " pairs"]  # those for which the gold cluster is the last


@dataclass(frozen=True)
class _Pairs:
    """Some (gold cluster, predicted cluster), a number each."""

    codes: Int[np.ndarray, " found"]

    @cached_property
    def counted(self) -> tuple[np.ndarray, np.ndarray]:
        return np.unique(self.codes, return_counts=True)

    def counts(self, codes: Int[np.ndarray, " pairs"]) -> Int[np.ndarray, " pairs"]:
        """How often each of these is there; `codes` are sorted and hold all that are."""
        counts = np.zeros(len(codes), dtype=np.int64)
        own, numbers = self.counted
        counts[np.searchsorted(codes, own)] = numbers
        return counts


def overlaps(alignment: Alignment) -> Overlaps:
    """The common mentions of all pairs of clusters."""
    gold, width = alignment.gold, max(1, alignment.predicted.num_clusters)
    other = alignment.predicted_homes[gold.mentions]
    occurrences = _Pairs((gold.clusters * width + other)[other >= 0])
    member_codes = np.unique(gold.clusters * alignment.num_mentions + gold.mentions)
    clusters, mentions = np.divmod(member_codes, max(1, alignment.num_mentions))
    other = alignment.predicted_homes[mentions]
    members = _Pairs((clusters * width + other)[other >= 0])
    found = alignment.is_found
    homes = _Pairs(alignment.gold_homes[found] * width + alignment.predicted_homes[found])
    codes, numbers = occurrences.counted
    gold_numbers, predicted_numbers = np.divmod(codes, width)
    return Overlaps(
        gold_numbers, predicted_numbers, numbers, members.counts(codes), homes.counts(codes)
    )
