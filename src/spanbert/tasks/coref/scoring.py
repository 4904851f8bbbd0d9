"""A model and documents with gold clusters -> the scores of the reference scorer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spanbert.evaluation.coref.scores import coref_scores
from spanbert.tasks.coref.document import Clusters, CorefDocument
from spanbert.tasks.coref.resolver import CoreferenceResolver, Resolution


@dataclass(frozen=True)
class Scored:
    """Documents, with what they are scored against and what was found, in order."""

    documents: list[CorefDocument]
    gold: list[Clusters]
    found: list[Resolution]

    @property
    def predicted(self) -> list[Clusters]:
        """The predicted clusters of each document."""
        return [one.document.clusters for one in self.found]

    @property
    def figures(self) -> dict[str, Any]:
        """`coref_scores`, pruning recall in percent, and num_documents."""
        pairs = zip(self.gold, self.predicted, strict=True)
        return {
            **coref_scores(pairs),
            "pruning_recall": self._pruning_recall(),
            "num_documents": len(self.documents),
        }

    def _pruning_recall(self) -> float:
        """Of the gold mentions, how many are among the spans that links were scored of."""
        num_gold = num_kept = 0
        for clusters, one in zip(self.gold, self.found, strict=True):
            mentions = {mention for cluster in clusters for mention in cluster}
            num_gold += len(mentions)
            num_kept += len(mentions & set(map(tuple, one.kept.tolist())))
        return 100 * num_kept / num_gold if num_gold else 0.0


def score_documents(resolver: CoreferenceResolver, documents: Sequence[CorefDocument]) -> Scored:
    """Resolve documents and score them.

    Gold clusters of one mention count only where the model was trained to find such.
    """
    least = 1 if resolver.config.singletons else 2
    gold = [tuple(c for c in one.clusters if len(c) >= least) for one in documents]
    return Scored(list(documents), gold, resolver.predictions(documents))
