"""Relation extraction as a problem of sentence classification."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, get_args

from spanbert.evaluation.relations import relation_figures
from spanbert.progress import Say
from spanbert.tasks.classification.features import Inputs, Label
from spanbert.tasks.classification.gold import read_train
from spanbert.tasks.classification.problem import ExampleFile, Problem
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.relations.config import Metric, RelationConfig, Showing
from spanbert.tasks.relations.examples import RelationExample, read_relations
from spanbert.tasks.relations.patches import read_patches
from spanbert.tasks.relations.sequences import marker_ids, sequences_of
from spanbert.tasks.relations.showing import marker_names, parts_of
from spanbert.tokenizer.subword import SubwordTokenizer


@dataclass(frozen=True)
class RelationProblem(Problem[RelationExample, RelationConfig]):
    """How entities are shown, and what each output and each marker stands for."""

    kind: ClassVar[str] = "relations"
    decisive: ClassVar[tuple[str, ...]] = ("metric", "negative")

    labels: tuple[str, ...]
    max_length: int
    entities: Showing
    markers: dict[str, int]  # ids by name
    metric: Metric
    negative: str

    @classmethod
    def learn(
        cls, config: RelationConfig, tokenizer: SubwordTokenizer, say: Say
    ) -> "tuple[RelationProblem, ExampleFile[RelationExample]]":
        """Labels and markers of the training files.

        Labels are the negative one, then the others by frequency and name; markers are in order of
        their names. Neither depends on the order of files or of examples in them.
        """
        train = read_train(cls, config, say)
        counts = Counter(one.relation for one in train.examples if one.relation is not None)
        labels = sorted(counts, key=lambda name: (name != config.negative, -counts[name], name))
        subjects, objects = (
            {getattr(one, role).type for one in train.examples} for role in ("subject", "object")
        )
        names = marker_names(config.entities, subjects, objects)
        problem = cls(
            tuple(labels),
            config.max_length,
            config.entities,
            marker_ids(names, tokenizer),
            config.metric,
            config.negative,
        )
        return problem, train

    @classmethod
    def restored(cls, values: Mapping[str, Any]) -> "RelationProblem":
        """What was kept as JSON."""
        markers, labels = dict(values["markers"]), tuple(values["labels"])
        texts = [values["negative"], *labels, *markers]
        if not labels or not all(isinstance(text, str) for text in texts):
            raise ValueError("labels, markers and negative must be texts")
        if any(type(i) is not int for i in (values["max_length"], *markers.values())):
            raise TypeError("max_length and the ids of markers must be whole numbers")
        if values["entities"] not in get_args(Showing) or values["metric"] not in get_args(Metric):
            raise ValueError(f"entities or metric is unknown: {values}")
        if not set(marker_names(values["entities"], (), ())) <= markers.keys():
            raise ValueError(f"markers of {values['entities']} are missing")
        return cls(**{**values, "labels": labels, "markers": markers})

    @classmethod
    def read(cls, path: Path, config: RelationConfig) -> ExampleFile[RelationExample]:
        """As `read_relations`, with the relations that patches give."""
        file = read_relations(path)
        return read_patches(config.patches).of(file, path) if config.patches else file

    @property
    def least_vocab_size(self) -> int:
        """Rows that markers need in the table of embeddings."""
        return max(self.markers.values(), default=-1) + 1

    def inputs(self, examples: Sequence[RelationExample], encoder: TextEncoder) -> Inputs:
        """What the model reads of each example; all tokens are of type 0."""
        shown = [parts_of(example, self.entities, self.markers) for example in examples]
        sequences = sequences_of(shown, encoder, self.markers, self.max_length)
        return Inputs.of(
            [example.id for example in examples],
            [example.relation for example in examples],
            sequences,
            [len(sequence) for sequence in sequences],
            self.labels,
        )

    def figures(self, gold: Sequence[Label], predicted: Sequence[Label]) -> dict[str, float]:
        """As `relation_figures` by the metric that the model was chosen by."""
        names = [str(one) for one in gold], [str(one) for one in predicted]
        return relation_figures(self.metric, *names, self.negative)

    def choice(self, figures: Mapping[str, float]) -> float:
        """F1, or accuracy where that is the metric."""
        return figures["accuracy" if self.metric == "accuracy" else "f1"]
