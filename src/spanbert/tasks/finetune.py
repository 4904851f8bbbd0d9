"""The loop that all tasks share: features -> a trained model, and its loss at each step.

`task.py` is all it knows of a task. The result is a function of (model, features, recipe, seed).
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn

from spanbert.errors import DataError, NumericsError
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.rng import stream, torch_seed
from spanbert.tasks.task import Feature, FeatureT, Task
from spanbert.training.optimizer import decay_groups
from spanbert.training.schedule import learning_rate_at

REPORT_EVERY_STEPS = 50
_EPSILON = 1e-6  # of Adam, as in BERT's own fine-tuning


@runtime_checkable
class Recipe(Protocol):
    """Settings of optimisation, which every task's configuration has under these names."""

    @property
    def epochs(self) -> int:
        """Passes over the features."""
        ...

    @property
    def batch_size(self) -> int:
        """Features of one step."""
        ...

    @property
    def learning_rate(self) -> float:
        """At its peak."""
        ...

    @property
    def warmup_fraction(self) -> float:
        """Share of the steps before the peak."""
        ...

    @property
    def weight_decay(self) -> float:
        """Of matrices and tables; biases and layer norms are not decayed."""
        ...

    @property
    def max_grad_norm(self) -> float:
        """Largest global norm of a gradient."""
        ...


def finetune(
    task: Task[Any, FeatureT, Any],
    features: Sequence[FeatureT],
    recipe: Recipe,
    seed: int,
    *,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> list[dict[str, float]]:
    """Train the task's model in place; returns {"step", "loss"} of each step, counted from 1.

    Raises:
        DataError: there is no feature.
        NumericsError: loss or gradient is not finite; raised before the weights change.
    """
    if not features:
        raise DataError("no feature to train on", remedy="pass training files with examples")
    optimizer = torch.optim.AdamW(
        decay_groups(task.model, recipe.weight_decay, "matrices"), eps=_EPSILON, fused=True
    )
    num_steps = recipe.epochs * math.ceil(len(features) / recipe.batch_size)
    curve: list[dict[str, float]] = []
    task.model.train()
    for step, batch in enumerate(_batches(features, recipe, seed)):
        torch.manual_seed(torch_seed(seed, "finetune-dropout", step))
        rate = _learning_rate(step, num_steps, recipe)
        metrics = _step(task, batch, optimizer, rate, recipe.max_grad_norm, step + 1)
        curve.append({"step": float(step + 1), "loss": metrics["loss"]})
        if (step + 1) % REPORT_EVERY_STEPS == 0 or step + 1 == num_steps:
            say(f"fine-tuning step {step + 1}/{num_steps}  loss {metrics['loss']:.3f}")
            log(step + 1, metrics)
    return curve


def _batches(features: Sequence[FeatureT], recipe: Recipe, seed: int) -> Iterator[list[FeatureT]]:
    """All epochs' batches; equal lengths are neighbours, which the encoder computes together."""
    for epoch in range(recipe.epochs):
        order = stream(seed, "finetune-order", epoch).permutation(len(features))
        for first in range(0, len(order), recipe.batch_size):
            batch = [features[i] for i in order[first : first + recipe.batch_size]]
            yield sorted(batch, key=lambda feature: feature.num_tokens)


def _learning_rate(step: int, num_steps: int, recipe: Recipe) -> float:
    return learning_rate_at(
        step,
        peak=recipe.learning_rate,
        warmup_steps=int(recipe.warmup_fraction * num_steps),
        num_steps=num_steps,
    )


def _step(
    task: Task[Any, FeatureT, Any],
    batch: Sequence[FeatureT],
    optimizer: torch.optim.Optimizer,
    learning_rate: float,
    max_grad_norm: float,
    number: int,
) -> dict[str, float]:
    """Advance by one batch; returns the step's figures."""
    optimizer.zero_grad()
    loss = task.loss(batch)
    loss_value = loss.item()
    _require_finite("loss", loss_value, number, batch)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(task.model.parameters(), max_grad_norm).item()
    _require_finite("gradient norm", norm, number, batch)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.step()
    return {"loss": loss_value, "grad_norm": norm, "learning_rate": learning_rate}


def _require_finite(name: str, value: float, step: int, batch: Sequence[Feature]) -> None:
    if not math.isfinite(value):
        ids = dict.fromkeys(feature.example_id for feature in batch)
        raise NumericsError(
            f"{name} is {value} at fine-tuning step {step}, examples {', '.join(ids)}",
            remedy="lower the task's learning_rate, or look at these examples",
        )
