"""Gold and predicted clusters -> where a model is right: by cluster size, mention and document.

A mention's part in B³ (`metrics.py`) is summed over the mentions of one kind: recall over gold
mentions, of gold clusters of that size; precision over predicted ones, of predicted clusters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spanbert.evaluation.coref.mention_types import TYPES, mention_type
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.evaluation.ratio import Counts
from spanbert.tasks.coref.document import Clusters, CorefDocument, Span

_SIZES = {"1": 1, "2": 2, "3–4": 4, "5–8": 8, "9–16": 16}  # mentions at most; larger ones are:
_LARGEST = "17+"
_LENGTHS = {"to 250": 250, "to 500": 500, "to 1000": 1000, "to 2000": 2000}  # words; longer ones:
_LONGEST = "over 2000"


@dataclass(frozen=True)
class MentionScore:
    """A mention of one side, and the share of its cluster that is together on the other side."""

    words: tuple[str, ...]
    cluster_size: int
    share: float


def coref_analysis(
    documents: Sequence[CorefDocument], gold: Sequence[Clusters], predicted: Sequence[Clusters]
) -> dict[str, Any]:
    """Scores by part, as plain lists, of parts that hold a mention or a document.

    Args:
        documents: with the words; their own clusters are not looked at.
        gold: clusters of each document; `predicted` likewise.

    Returns:
        `by_cluster_size` and `by_mention_type`: `recall`, `precision` and `f1` of B³ in percent,
        `num_mentions` of gold; `by_document_length`: `conll_f1` in percent and `num_documents`.
    """
    rows = list(zip(documents, gold, predicted, strict=True))
    sides = (
        [score for document, own, other in rows for score in mention_scores(document, own, other)],
        [score for document, other, own in rows for score in mention_scores(document, own, other)],
    )
    return {
        "by_cluster_size": _parts(
            sides, lambda one: _class_of(one.cluster_size, _SIZES, _LARGEST), (*_SIZES, _LARGEST)
        ),
        "by_mention_type": _parts(sides, lambda one: mention_type(one.words), TYPES),
        "by_document_length": _by_length(rows),
    }


def mention_scores(document: CorefDocument, own: Clusters, other: Clusters) -> list[MentionScore]:
    """Each mention of one side; of a mention in several clusters of the other, the last counts."""
    words = document.words
    homes: dict[Span, set[Span]] = {}
    for cluster in other:
        together = set(cluster)
        homes |= dict.fromkeys(cluster, together)
    return [
        MentionScore(
            words[mention[0] : mention[1]],
            len(cluster),
            len(homes.get(mention, set()) & set(cluster)) / len(cluster),
        )
        for cluster in own
        for mention in cluster
    ]


def _parts(
    sides: tuple[list[MentionScore], list[MentionScore]],
    part_of: Callable[[MentionScore], str],
    names: Sequence[str],
) -> list[dict[str, Any]]:
    shares: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in names}
    for side, scores in enumerate(sides):
        for score in scores:
            shares[part_of(score)][side].append(score.share)
    return [
        {
            "name": name,
            **Counts(sum(gold), len(gold), sum(predicted), len(predicted)).scores(),
            "num_mentions": len(gold),
        }
        for name, (gold, predicted) in shares.items()
        if gold or predicted
    ]


def _by_length(
    rows: Sequence[tuple[CorefDocument, Clusters, Clusters]],
) -> list[dict[str, Any]]:
    pairs: dict[str, list[tuple[Clusters, Clusters]]] = {n: [] for n in (*_LENGTHS, _LONGEST)}
    for document, gold, predicted in rows:
        pairs[_class_of(document.num_words, _LENGTHS, _LONGEST)].append((gold, predicted))
    return [
        {"name": name, "conll_f1": coref_scores(some)["conll_f1"], "num_documents": len(some)}
        for name, some in pairs.items()
        if some
    ]


def _class_of(number: int, classes: dict[str, int], largest: str) -> str:
    return next((name for name, most in classes.items() if number <= most), largest)
