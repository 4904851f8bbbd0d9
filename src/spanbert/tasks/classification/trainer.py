"""One recipe and one seed -> a classifier in a folder, and its score on dev."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Generic

import numpy as np
from torch import nn

from spanbert.model.config import ModelConfig
from spanbert.model.published import load_into, write_folder
from spanbert.progress import LogMetrics, Say, silent
from spanbert.shapes import Float, Int
from spanbert.tasks.classification.classifier import Classifier, num_outputs
from spanbert.tasks.classification.features import Inputs
from spanbert.tasks.classification.gold import read_split
from spanbert.tasks.classification.head import ClassificationModel
from spanbert.tasks.classification.problem import ConfigT, ExampleT, Problem
from spanbert.tasks.classification.scoring import score
from spanbert.tasks.classification.settings import head_settings, write_problem
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.finetune import finetune
from spanbert.tasks.search import Trained
from spanbert.tasks.start import started
from spanbert.tasks.task import preferred_device
from spanbert.tokenizer.subword import load_tokenizer


class ClassificationTrainer(Generic[ExampleT, ConfigT]):
    """Sentence classification's part of a search (`tasks/search.py`).

    Args:
        problem: with labels and markers.
        start: a Hugging Face folder whose encoder is taken; without one, weights are fresh.
        tokenizer: a folder with a vocabulary.
        sizes: of the model.
        examples: to train on.
        config: names the files to score on; how to optimise is said for each training.

    Raises:
        DataError: a dev file cannot be used.
    """

    def __init__(
        self,
        problem: Problem[ExampleT, ConfigT],
        start: Path | None,
        tokenizer: Path,
        sizes: ModelConfig,
        examples: Sequence[ExampleT],
        config: ConfigT,
        *,
        say: Say,
        log: LogMetrics,
    ) -> None:
        self._problem, self._start, self._tokenizer = problem, start, tokenizer
        self._sizes, self._examples, self._config = sizes, examples, config
        self._say, self._log = say, log
        self._dev = read_split(type(problem), config, "dev", say).examples

    def train(self, recipe: ConfigT, seed: int, folder: Path, first_step: int) -> Trained:
        """As `search.Trainer`.

        Raises:
            NumericsError: training diverged.
        """
        network = self._fresh_model(seed).to(preferred_device())
        weights = None
        if recipe.class_weights:
            weights = balancing_weights(self._inputs.targets, len(self._problem.labels))
        vocabulary = load_tokenizer(self._tokenizer)
        classifier = Classifier(network, self._problem, vocabulary, weights)

        def evaluate() -> float:
            return self._problem.choice(score(classifier, self._dev_inputs).figures)

        found = finetune(
            classifier,
            self._inputs,
            recipe,
            seed,
            evaluate=evaluate,
            say=self._say,
            log=lambda step, metrics: self._log(first_step + step, metrics),
        )
        best = found.best_score
        if best is None and self._config.compares:
            best = evaluate()
        head, state = head_settings(self._problem.labels), network.state_dict()
        architecture = "BertForSequenceClassification"
        write_folder(folder, state, self._sizes, architecture, self._tokenizer, head=head)
        write_problem(folder, self._problem)
        curves: dict[str, Any] = {"curve": found.curve, "dev_curve": found.dev_curve}
        return Trained(best, len(found.curve), curves)

    def scores(self, model: Path) -> dict[str, Any]:
        """The figures of a trained model on each split that the settings name."""
        classifier = Classifier.load(model, type(self._problem))
        found: dict[str, Any] = {}
        for split in self._config.scored:
            examples = read_split(type(self._problem), self._config, split, silent).examples
            if examples:
                found[split] = score(classifier, classifier.features(examples)).figures
        return found

    def _fresh_model(self, seed: int) -> ClassificationModel:
        """The start's encoder and, where it has one, its pooler, under a fresh output."""
        model = ClassificationModel(self._sizes, num_outputs(self._problem.labels))
        started(model, self._start, seed)
        if self._start is not None:
            load_into(nn.ModuleDict({"pooler": model.pooler}), self._start)
        return model

    @cached_property
    def _inputs(self) -> Inputs:
        """What is trained on: made once, for all trainings."""
        return self._problem.inputs(self._examples, TextEncoder(load_tokenizer(self._tokenizer)))

    @cached_property
    def _dev_inputs(self) -> Inputs:
        return self._problem.inputs(self._dev, TextEncoder(load_tokenizer(self._tokenizer)))


def balancing_weights(
    targets: Int[np.ndarray, " inputs"], num_labels: int
) -> Float[np.ndarray, " labels"]:
    """Weights by which all labels' examples count as much together, 1 on average over examples.

    A label without examples weighs nothing.
    """
    counts = np.bincount(targets, minlength=num_labels)
    num_used = np.count_nonzero(counts)
    return np.where(counts > 0, len(targets) / (num_used * np.maximum(counts, 1)), 0.0)
