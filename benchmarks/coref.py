"""Coreference on one core, in seconds of the CPU: scores of clusters.

Peer: `peers/coref_loop.py`. Predictions are the gold clusters of a file, perturbed: mentions lost,
moved by a word and added, clusters split and merged. What both sides make is compared first.
"""

import random
import time
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from benchmarks import ours
from benchmarks.peers import coref_loop
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved
from benchmarks.workload import Plan

SCORER = (20.0, 40.0)  # bound and aim
TOLERANCE = 1e-6  # of percentages
# of made-up documents, as OntoGUM has them in the mean
_NUMBER, _WORDS, _MENTIONS, _CLUSTER = 148, 1000, 130, 4
Document = tuple[str, int, ours.Clusters]
Pair = tuple[ours.Clusters, ours.Clusters]


def measure(plan: Plan) -> list[Figure]:
    """The scorer, on clusters and on files."""
    documents = _documents(plan)
    rng = random.Random(0)
    predicted = [perturbed(clusters, words, rng) for _, words, clusters in documents]
    pairs = [(gold, own) for (_, _, gold), own in zip(documents, predicted, strict=True)]
    _require_same_scores(pairs)
    num_words = sum(words for _, words, _ in documents)
    return [_of_clusters(plan, pairs, num_words), _of_files(plan, documents, pairs, num_words)]


def _documents(plan: Plan) -> list[Document]:
    """Gold clusters, each mention in one of them, as the peer needs it."""
    number = plan.pick(toy=5, quick=_NUMBER, full=_NUMBER)
    if plan.documents is None:
        return [_made_up(random.Random(seed), seed) for seed in range(number)]
    given = ours.annotated(plan.documents)[: plan.pick(toy=5, quick=None, full=None)]
    return [(name, words, once(clusters)) for name, words, clusters in given]


def _made_up(rng: random.Random, seed: int) -> Document:
    sizes = [2 + int(rng.expovariate(1 / (_CLUSTER - 2))) for _ in range(_MENTIONS // _CLUSTER)]
    starts = rng.sample(range(_WORDS - 3), sum(sizes))
    spans = [(start, start + rng.choice((1, 1, 2, 3))) for start in starts]
    ends = list(accumulate(sizes))
    clusters = [spans[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return f"made-up_{seed}", _WORDS, [_without_crossing(cluster) for cluster in clusters]


def once(clusters: ours.Clusters) -> ours.Clusters:
    """Clusters without mentions that an earlier place has; none is empty."""
    seen: set[tuple[int, int]] = set()
    kept = [[m for m in cluster if not (m in seen or seen.add(m))] for cluster in clusters]
    return [cluster for cluster in kept if cluster]


def _without_crossing(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that CoNLL columns can hold as one cluster."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if not any(s < start < e < end or start < s < end < e for s, e in kept):
            kept.append((start, end))
    return kept


def perturbed(clusters: ours.Clusters, num_words: int, rng: random.Random) -> ours.Clusters:
    """What a system might predict of these clusters."""
    found: list[list[tuple[int, int]]] = []
    for cluster in clusters:
        own = [
            (start, min(num_words, end + (rng.random() < 0.1)))
            for start, end in cluster
            if rng.random() < 0.85
        ]
        place = rng.randrange(num_words)
        own += [(place, place + 1)] if rng.random() < 0.2 else []
        if found and rng.random() < 0.2:
            found[rng.randrange(len(found))] += own
        elif len(own) > 3 and rng.random() < 0.3:
            found += [own[::2], own[1::2]]
        else:
            found.append(own)
    return once([_without_crossing(own) for own in found])


def _require_same_scores(pairs: Sequence[Pair]) -> None:
    found, expected = ours.scores_of_clusters(pairs), coref_loop.score(pairs)
    for metric, values in expected.items():
        own = [found[metric][name] for name in values]
        assert np.allclose(own, list(values.values()), rtol=0, atol=TOLERANCE), metric


def _of_clusters(plan: Plan, pairs: Sequence[Pair], num_words: int) -> Figure:
    times = interleaved(
        {
            "ours": lambda: ours.scores_of_clusters(pairs),
            "peer": lambda: coref_loop.score(pairs),
        },
        plan.repetitions,
        warm_up=0,  # that was the comparison
        clock=time.process_time,
    )
    return speed_ratio(
        f"scorer, {len(pairs)} documents, one core",
        "a document at a time in Python, with the Hungarian method",
        ours_s=times["ours"],
        peer_s=times["peer"],
        tokens=num_words,
        bound=SCORER[0],
        aim=SCORER[1],
    )


def _of_files(
    plan: Plan, documents: Sequence[Document], pairs: Sequence[Pair], num_words: int
) -> Figure:
    folder = plan.new_folder()
    folder.mkdir()
    paths = folder / "key.conll", folder / "response.conll"
    for side, path in enumerate(paths):
        rows = zip(documents, pairs, strict=True)
        ours.write_annotated(((n, words, pair[side]) for (n, words, _), pair in rows), path)

    def by_peer() -> object:
        sides = [ours.annotated(path) for path in paths]
        return coref_loop.score([(a[2], b[2]) for a, b in zip(*sides, strict=True)])

    times = interleaved(
        {"ours": lambda: ours.scores_of_files(*paths), "peer": by_peer},
        plan.repetitions,
        clock=time.process_time,
    )
    return speed_ratio(
        f"scorer, {len(pairs)} documents in two CoNLL files, one core",
        "the same after our reading of the files",
        ours_s=times["ours"],
        peer_s=times["peer"],
        tokens=num_words,
        bound=None,
        aim=None,
    )
