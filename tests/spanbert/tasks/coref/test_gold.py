"""Gold mentions: merged where clusters share one, and found again by their words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.coref.gold import GoldMentions, merged

SPAN = st.tuples(st.integers(0, 5), st.integers(6, 8))


def joined_one_by_one(clusters):
    """Join two sets that share a span until none do."""
    sets = [set(cluster) for cluster in clusters if cluster]
    while True:
        pairs = [(a, b) for a in sets for b in sets if a is not b and a & b]
        if not pairs:
            return sorted(sorted(one) for one in sets)
        one, other = pairs[0]
        sets = [s for s in sets if s is not one and s is not other] + [one | other]


@given(st.lists(st.lists(SPAN, max_size=4), max_size=6))
def test_clusters_that_share_a_mention_are_one(clusters):
    assert merged(clusters) == joined_one_by_one(clusters)


def test_a_span_has_the_number_of_its_cluster_or_none():
    gold = GoldMentions.of((((3, 4), (0, 2)), ((5, 6), (3, 4)), ((7, 9),)))
    assert gold.spans.tolist() == [[0, 2], [3, 4], [5, 6], [7, 9]]
    assert gold.clusters.tolist() == [1, 1, 1, 2]
    spans = np.array([[7, 9], [0, 1], [5, 6], [4, 3]])
    assert gold.clusters_of(spans).tolist() == [2, 0, 1, 0]
    assert GoldMentions.of(()).clusters_of(spans).tolist() == [0, 0, 0, 0]


def test_mentions_within_some_words_are_counted_from_the_first():
    gold = GoldMentions.of((((0, 2), (3, 5)), ((4, 5), (4, 9))))
    part = gold.within(3, 6)
    assert part.spans.tolist() == [[0, 2], [1, 2]]
    assert part.clusters.tolist() == [1, 2]
