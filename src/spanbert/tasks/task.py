"""The contract of a task: examples -> features -> loss -> predictions.

`finetune.py` trains whatever keeps it and knows nothing else about a task.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.tasks.config import RecipeConfig


@runtime_checkable
class Feature(Protocol):
    """What one forward pass takes whole: a window, a sentence pair, a document."""

    @property
    def example_id(self) -> str:
        """The example that it was made from, for messages."""
        ...

    @property
    def num_tokens(self) -> int:
        """Its length, special tokens included."""
        ...


@dataclass(frozen=True)
class ParameterGroup:
    """Weights with a learning rate of their own, clipped by their own norm."""

    module: nn.Module  # whose weights they are
    learning_rate: float  # at its peak
    warmup_fraction: float  # of the steps
    weight_decay: float  # of matrices and tables; not of biases and layer norms
    epsilon: float = 1e-6  # of Adam, as in BERT's own fine-tuning
    name: str = ""  # told with its figures; nothing where there is one group


ExampleT = TypeVar("ExampleT")
FeatureT = TypeVar("FeatureT", bound=Feature)
PredictionT = TypeVar("PredictionT")


class Task(ABC, Generic[ExampleT, FeatureT, PredictionT]):
    """A model together with what its inputs and outputs mean."""

    @property
    @abstractmethod
    def model(self) -> nn.Module:
        """What fine-tuning changes."""

    @abstractmethod
    def features(self, examples: Sequence[ExampleT]) -> Sequence[FeatureT]:
        """The model's inputs; an example may give several."""

    @abstractmethod
    def loss(self, batch: Sequence[FeatureT]) -> Float[Tensor, ""]:
        """What fine-tuning minimises, for features that carry their labels."""

    @abstractmethod
    def predictions(self, examples: Sequence[ExampleT]) -> Sequence[PredictionT]:
        """One prediction for each example, in order, without dropout or gradients."""

    def parameter_groups(self, recipe: RecipeConfig) -> Sequence[ParameterGroup]:
        """What fine-tuning optimises: all weights alike, where a task does not say otherwise."""
        rate, warmup = recipe.learning_rate, recipe.warmup_fraction
        return [ParameterGroup(self.model, rate, warmup, recipe.weight_decay)]


def preferred_device() -> torch.device:
    """Where fine-tuning and prediction run: a GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
