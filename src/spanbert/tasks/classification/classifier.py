"""A fine-tuned model with its tokenizer: examples -> labels with their probabilities, or numbers.

The task as one object, for training as well as for a user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

import numpy as np
import torch
from torch import Tensor

from spanbert.errors import CheckpointError, NumericsError
from spanbert.model.published import load_whole, model_config_of
from spanbert.shapes import Float
from spanbert.storage import MANIFEST, verify
from spanbert.tasks.classification.features import (
    Input,
    Inputs,
    Label,
    batch_of,
    batch_of_rows,
)
from spanbert.tasks.classification.head import ClassificationModel, classification_loss
from spanbert.tasks.classification.problem import ExampleT, Problem
from spanbert.tasks.classification.settings import read_problem
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.task import Task, preferred_device
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_INPUTS_AT_ONCE = 64  # of like length, in a batch to predict


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of an example."""

    id: str
    label: Label  # the most probable one, or a number
    probabilities: dict[str, float]  # of each label in their order; empty where a number is said


class Classifier(Task[ExampleT, Input, Prediction], Generic[ExampleT]):
    """Classification of sentences, pairs of sentences, or relations in a sentence.

    Args:
        model: on the device that it is to run on.
        label_weights: of each label in the loss; absent: all weigh alike.
    """

    def __init__(
        self,
        model: ClassificationModel,
        problem: Problem[ExampleT, Any],
        tokenizer: SubwordTokenizer,
        label_weights: Float[np.ndarray, " labels"] | None = None,
    ) -> None:
        self._model, self.problem, self._tokenizer = model, problem, tokenizer
        weights = None if label_weights is None else torch.from_numpy(label_weights)
        self._weights = weights if weights is None else weights.float().to(self._device)

    @classmethod
    def load(cls, folder: Path, kind: type[Problem[ExampleT, Any]]) -> "Classifier[ExampleT]":
        """The model in a folder that fine-tuning has published, which is verified.

        Raises:
            CheckpointError: it is a model of another kind, or its parts do not fit.
            IntegrityError: a file of it differs from its digest.
        """
        if (folder / MANIFEST).is_file():
            verify(folder, "model")
        problem, sizes = read_problem(folder, kind), model_config_of(folder)
        model = ClassificationModel(sizes, num_outputs(problem.labels))
        load_whole(
            model, folder, kind.kind, f"pass a folder made by `spanbert finetune {kind.kind}`"
        )
        tokenizer = load_tokenizer(folder)
        needed = max(tokenizer.vocab_size, problem.least_vocab_size)
        if needed > sizes.vocab_size or problem.max_length > sizes.max_positions:
            raise CheckpointError(
                f"the model has {sizes.vocab_size} entries and {sizes.max_positions} positions;"
                f" {needed} and {problem.max_length} are needed",
                place=str(folder),
                remedy="fine-tune it again",
            )
        return cls(model.to(preferred_device()), problem, tokenizer)

    @property
    def model(self) -> ClassificationModel:
        """Encoder and head."""
        return self._model

    def features(self, examples: Sequence[ExampleT]) -> Inputs:
        """What the model reads of each example."""
        return self.problem.inputs(examples, TextEncoder(self._tokenizer))

    def loss(self, batch: Sequence[Input]) -> Float[Tensor, ""]:
        """Mean cross-entropy, or mean squared error of numbers."""
        inputs = batch_of(batch, self._device)
        outputs = self.model(inputs.token_ids, inputs.packing, inputs.token_type_ids)
        return classification_loss(outputs, inputs.targets, self._weights)

    def predictions(self, examples: Sequence[ExampleT]) -> list[Prediction]:
        """What the model says of each example, in order.

        Raises:
            NumericsError: an output is not finite.
        """
        return self.predictions_of(self.features(examples))

    def predictions_of(self, inputs: Inputs) -> list[Prediction]:
        """As `predictions`, where the model's inputs are made already."""
        outputs, labels = self._outputs(inputs), self.problem.labels
        if not labels:
            numbers = outputs[:, 0].tolist()
            return [
                Prediction(name, number, {})
                for name, number in zip(inputs.example_ids, numbers, strict=True)
            ]
        shares, best = _softmax(outputs).tolist(), outputs.argmax(axis=1).tolist()
        return [
            Prediction(name, labels[number], dict(zip(labels, own, strict=True)))
            for name, number, own in zip(inputs.example_ids, best, shares, strict=True)
        ]

    @property
    def _device(self) -> torch.device:
        return self.model.classifier.weight.device

    @torch.no_grad()
    def _outputs(self, inputs: Inputs) -> Float[np.ndarray, "inputs outputs"]:
        """The outputs for all inputs; those of like length share a batch."""
        self.model.eval()
        order = np.argsort(inputs.lengths, kind="stable")
        outputs = np.empty((len(inputs), num_outputs(self.problem.labels)))
        for first in range(0, len(order), _INPUTS_AT_ONCE):
            rows = order[first : first + _INPUTS_AT_ONCE]
            batch = batch_of_rows(inputs, rows, self._device)
            found = self.model(batch.token_ids, batch.packing, batch.token_type_ids)
            if not torch.isfinite(found).all():
                raise NumericsError(
                    f"outputs are not finite in the batch of {inputs.example_ids[int(rows[0])]!r}",
                    remedy="train the model again, with a lower learning rate",
                )
            outputs[rows] = found.double().cpu().numpy()
        return outputs


def num_outputs(labels: Sequence[str]) -> int:
    """Outputs of a model with these labels; one where it predicts a number."""
    return max(1, len(labels))


def _softmax(outputs: Float[np.ndarray, "inputs labels"]) -> Float[np.ndarray, "inputs labels"]:
    weights = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
