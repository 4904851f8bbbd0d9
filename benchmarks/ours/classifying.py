"""Sentence classification: an epoch of fine-tuning."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from benchmarks.ours.model import SEED, config, published_state
from benchmarks.workload import MAX_LENGTH, Size
from spanbert.model.pretraining import initialize
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.features import Inputs as ClassifierInputs
from spanbert.tasks.classification.head import ClassificationModel
from spanbert.tasks.finetune import finetune
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.memory import keep_freed_memory


class Classifying:
    """A fresh classifier of two labels, fine-tuned on sentences.

    Args:
        tokenizer: a folder with a vocabulary.
    """

    def __init__(
        self,
        size: Size,
        tokenizer: Path,
        *,
        dropout: float = 0.1,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        vocabulary = load_tokenizer(tokenizer)
        self._problem = GlueProblem("sst2", ("0", "1"), MAX_LENGTH)
        sizes = replace(config(size, dropout=dropout).model, vocab_size=vocabulary.vocab_size)
        self._model = ClassificationModel(sizes, 2)
        initialize(self._model, initializer_range, SEED)
        self._classifier = Classifier(self._model, self._problem, vocabulary)

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return published_state(self._model)

    def train(
        self,
        sentences: Mapping[str, Sequence[Any]],
        batch_size: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> tuple[list[float], dict[str, float]]:
        """An epoch; seconds of each step but the first, and the figures of the last step.

        It is the loop that fine-tunes, with the making of its batches.

        Args:
            sentences: "input_ids" with special tokens, and "labels".
        """
        ids = [np.array(own) for own in sentences["input_ids"]]
        labels = [str(label) for label in sentences["labels"]]
        numbers = [str(number) for number in range(len(ids))]
        inputs = ClassifierInputs.of(
            numbers, labels, ids, [len(own) for own in ids], self._problem.labels
        )
        recipe = GlueConfig(epochs=1, batch_size=batch_size, learning_rate=1e-6)
        told: dict[str, float] = {}
        begins: list[float] = []

        def log(step: int, metrics: dict[str, float]) -> None:
            told.update(metrics)

        hook = self._model.register_forward_pre_hook(lambda *_: begins.append(clock()))
        finetune(self._classifier, inputs, recipe, SEED, log=log)
        hook.remove()
        return np.diff([*begins, clock()])[1:].tolist(), told
