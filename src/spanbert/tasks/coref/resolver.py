"""A fine-tuned model with its tokenizer: documents or a text -> clusters.

The task as one object: `CoreferenceResolver` puts segments, model, loss and clusters together, for
`train.py` as well as for a user. `predict.py` writes what it says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from spanbert.model.published import load_whole, model_config_of
from spanbert.shapes import Float, Int
from spanbert.storage import MANIFEST, verify
from spanbert.tasks.config import CorefConfig, RecipeConfig
from spanbert.tasks.coref.clusters import clusters_of
from spanbert.tasks.coref.document import CorefDocument
from spanbert.tasks.coref.long_documents import linked_spans
from spanbert.tasks.coref.loss import antecedent_loss, mention_loss
from spanbert.tasks.coref.model import CorefModel
from spanbert.tasks.coref.raw_text import document_of_text
from spanbert.tasks.coref.segments import SegmentedDocument, segmented
from spanbert.tasks.coref.settings import read_settings
from spanbert.tasks.task import ParameterGroup, Task, preferred_device
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_HEAD_EPSILON = 1e-8  # of Adam over the layers above the encoder, as in the published code


@dataclass(frozen=True, eq=False)
class Resolution:
    """What was found in a document."""

    document: CorefDocument  # with the predicted clusters in place of its own
    kept: Int[np.ndarray, "spans 2"]  # half-open, of words: the spans that links were scored of


class CoreferenceResolver(Task[CorefDocument, SegmentedDocument, Resolution]):
    """Coreference resolution.

    Args:
        model: on the device that it is to run on, made by these settings.
    """

    def __init__(self, model: CorefModel, tokenizer: SubwordTokenizer, config: CorefConfig) -> None:
        self._model, self._tokenizer, self._config = model, tokenizer, config

    @classmethod
    def load(cls, folder: Path) -> "CoreferenceResolver":
        """The model in a folder; a published one is verified.

        Raises:
            CheckpointError: it is not a coreference model, or its parts do not fit.
            IntegrityError: a file of a published model differs from its digest.
        """
        if (folder / MANIFEST).is_file():
            verify(folder, "model")
        sizes = model_config_of(folder)
        config = read_settings(folder, sizes.max_positions)
        model = CorefModel(sizes, config)
        remedy = "pass a folder made by `spanbert finetune coref`"
        load_whole(model, folder, "coreference resolution", remedy)
        return cls(model.to(preferred_device()), load_tokenizer(folder), config)

    @property
    def model(self) -> CorefModel:
        """Encoder and what stands above it."""
        return self._model

    @property
    def config(self) -> CorefConfig:
        """The settings of the model."""
        return self._config

    def parameter_groups(self, recipe: RecipeConfig) -> list[ParameterGroup]:
        """The encoder as in every recipe; what stands above it with the rate of the task."""
        assert isinstance(recipe, CorefConfig)
        rate, warmup, decay = recipe.learning_rate, recipe.warmup_fraction, recipe.weight_decay
        head, head_rate = self._model.coref_head, recipe.task_learning_rate
        return [
            ParameterGroup(self._model.encoder, rate, warmup, decay, name="encoder"),
            ParameterGroup(head, head_rate, 0.0, 0.0, epsilon=_HEAD_EPSILON, name="head"),
        ]

    def features(self, examples: Sequence[CorefDocument]) -> list[SegmentedDocument]:
        """The documents as pieces."""
        return segmented(examples, self._tokenizer, self._config)

    def loss(self, batch: Sequence[SegmentedDocument]) -> Float[Tensor, ""]:
        """Mean over documents of the sum over spans; of long ones a run of segments is drawn."""
        return torch.stack([self._loss(self._drawn(document)) for document in batch]).mean()

    def _drawn(self, document: SegmentedDocument) -> SegmentedDocument:
        """A random run of as many segments as a step takes, by torch's generator."""
        most = self._config.max_training_segments
        num_places = len(document.segments) - most + 1
        if num_places <= 1:
            return document
        first = int(torch.randint(num_places, ()))
        return document.part(first, first + most)

    def _loss(self, document: SegmentedDocument) -> Float[Tensor, ""]:
        scored = self._model(document)
        clusters = torch.from_numpy(document.gold.clusters_of(scored.spans))
        clusters = clusters.to(scored.links.scores.device)
        loss = antecedent_loss(scored.links, clusters)
        if self._config.singletons:
            loss = loss + mention_loss(scored.mentions.scores, clusters)
        return loss

    def predictions(self, examples: Sequence[CorefDocument]) -> list[Resolution]:
        """The clusters of each document, in order.

        Raises:
            NumericsError: a score is not finite.
        """
        return list(self.stream(examples))

    def stream(self, documents: Iterable[CorefDocument]) -> Iterator[Resolution]:
        """The clusters of each document, in order, one document held as pieces at a time.

        Raises:
            NumericsError: a score is not finite.
        """
        self._model.eval()
        for document in documents:
            (pieces,) = self.features([document])
            found = linked_spans(self._model, pieces, self._config)
            spans = [(start, end) for start, end in found.spans.tolist()]
            is_mention = (found.scores > 0) & self._config.singletons
            clusters = clusters_of(spans, found.antecedents.tolist(), is_mention.tolist())
            yield Resolution(replace(document, clusters=clusters), found.spans)

    def resolve(self, text: str, language: str = "en") -> Resolution:
        """The clusters of a raw text, whose words keep their characters.

        Args:
            language: by whose rules sentences are told apart, a key of `SENTENCE_RULES`.

        Raises:
            NumericsError: a score is not finite.
        """
        return next(self.stream([document_of_text(text, language=language)]))
