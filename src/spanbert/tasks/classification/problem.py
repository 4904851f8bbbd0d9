"""The contract of a kind of sentence classification: what GLUE and relation extraction differ in.

files -> examples -> pieces -> outputs -> figures. The rest of this folder knows nothing else of a
kind. What is learnt from the training files (labels, markers) is kept with the model, so that no
later order of reading can change it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from spanbert.progress import Say
from spanbert.tasks.classification.config import ClassificationConfig
from spanbert.tasks.classification.features import Inputs, Label
from spanbert.tasks.encoding import TextEncoder
from spanbert.tokenizer.subword import SubwordTokenizer

ExampleT = TypeVar("ExampleT")
ConfigT = TypeVar("ConfigT", bound=ClassificationConfig)
ProblemT = TypeVar("ProblemT", bound="Problem[Any, Any]")


@dataclass(frozen=True)
class ExampleFile(Generic[ExampleT]):
    """The usable examples of a file, in order, and what was left out."""

    examples: list[ExampleT]
    skipped: dict[str, int]  # examples by reason


class Problem(ABC, Generic[ExampleT, ConfigT]):
    """What the outputs of a model mean and how its inputs are made; a dataclass of JSON's values.

    Attributes:
        kind: names it in files and messages.
        decisive: settings of this name must be the same wherever a model is scored.
        labels: the label that each output stands for; none: one number is predicted.
        max_length: pieces of an input, special tokens included.
    """

    kind: ClassVar[str]
    decisive: ClassVar[tuple[str, ...]]
    labels: tuple[str, ...]
    max_length: int

    @classmethod
    @abstractmethod
    def learn(
        cls: type[ProblemT], config: ConfigT, tokenizer: SubwordTokenizer, say: Say
    ) -> tuple[ProblemT, ExampleFile[ExampleT]]:
        """What the settings and the training files make it, and the examples to train on.

        Raises:
            ConfigError: no training file is named.
            DataError: one cannot be used.
        """

    @classmethod
    @abstractmethod
    def restored(cls: type[ProblemT], values: Mapping[str, Any]) -> ProblemT:
        """What was kept as JSON.

        Raises:
            ValueError, KeyError, TypeError: it cannot be used.
        """

    @classmethod
    @abstractmethod
    def read(cls, path: Path, config: ConfigT) -> ExampleFile[ExampleT]:
        """The examples of a file with labels.

        Raises:
            DataError, IntegrityError, DependencyError: it cannot be used.
        """

    @property
    def least_vocab_size(self) -> int:
        """Rows that the inputs' ids need in the table of embeddings, where that is known."""
        return 0

    @abstractmethod
    def inputs(self, examples: Sequence[ExampleT], encoder: TextEncoder) -> Inputs:
        """What the model reads of each example."""

    @abstractmethod
    def figures(self, gold: Sequence[Label], predicted: Sequence[Label]) -> dict[str, float]:
        """How good predictions are, in percent."""

    @abstractmethod
    def choice(self, figures: Mapping[str, float]) -> float:
        """By what models are chosen; higher is better."""
