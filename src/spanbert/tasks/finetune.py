"""The loop that all tasks share: features -> a trained model, and its loss at each step.

`task.py` is all it knows of a task. The result is a function of (model, features, recipe, seed).
`selection.py` keeps the weights that are best on dev; `search.py` goes over recipes and seeds.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from spanbert.errors import DataError, NumericsError
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.rng import stream, torch_seed
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.optimizer import GroupedAdamW
from spanbert.tasks.selection import Selection
from spanbert.tasks.task import Feature, FeatureT, Task

REPORT_EVERY_STEPS = 50


@dataclass(frozen=True)
class FineTuning:
    """What the loop found."""

    curve: list[dict[str, float]]  # "step", counted from 1, and "loss" of each step
    dev_curve: list[dict[str, float]]  # "step" and "score" of each evaluation

    @property
    def best_score(self) -> float | None:
        """On dev, of the weights that stayed; None where dev was never scored."""
        return max((point["score"] for point in self.dev_curve), default=None)


def finetune(
    task: Task[Any, FeatureT, Any],
    features: Sequence[FeatureT],
    recipe: RecipeConfig,
    seed: int,
    *,
    evaluate: Callable[[], float] | None = None,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> FineTuning:
    """Train the task's model in place.

    Args:
        evaluate: scores the model as it is, on dev; higher is better. It is called
            `recipe.evaluations_per_epoch` times an epoch, the best weights stay, and training ends
            early by `recipe.patience`. Absent: the last weights stay.

    Raises:
        DataError: there is no feature.
        NumericsError: loss or gradient is not finite; raised before the weights change.
    """
    if not features:
        raise DataError("no feature to train on", remedy="pass training files with examples")
    num_batches = math.ceil(len(features) / recipe.batch_size)
    num_steps = recipe.epochs * num_batches
    groups = task.parameter_groups(recipe)
    optimizer = GroupedAdamW(groups, recipe.max_grad_norm, num_steps)
    selection = Selection(task.model, recipe, num_batches, evaluate)
    curve: list[dict[str, float]] = []
    task.model.train()
    for step, batch in enumerate(_batches(features, recipe, seed), start=1):
        torch.manual_seed(torch_seed(seed, "finetune-dropout", step - 1))
        metrics = _step(task, batch, optimizer, step)
        curve.append({"step": float(step), "loss": metrics["loss"]})
        metrics |= selection.after_step(step)
        is_last = step == num_steps or selection.is_enough
        if step % REPORT_EVERY_STEPS == 0 or "dev_score" in metrics or is_last:
            say(_told(step, num_steps, metrics))
            log(step, metrics)
        if is_last:
            break
    selection.restore()
    return FineTuning(curve, selection.curve)


def _told(step: int, num_steps: int, metrics: dict[str, float]) -> str:
    dev = f"  dev {metrics['dev_score']:.2f}" if "dev_score" in metrics else ""
    return f"fine-tuning step {step}/{num_steps}  loss {metrics['loss']:.3f}{dev}"


def _batches(
    features: Sequence[FeatureT], recipe: RecipeConfig, seed: int
) -> Iterator[list[FeatureT]]:
    """All epochs' batches; equal lengths are neighbours, which the encoder computes together.

    **Differs** from the published code, which cuts batches once from the features sorted by length:
    without padding that saves nothing, and questions about one passage would share a batch.
    """
    for epoch in range(recipe.epochs):
        order = stream(seed, "finetune-order", epoch).permutation(len(features))
        for first in range(0, len(order), recipe.batch_size):
            batch = [features[i] for i in order[first : first + recipe.batch_size]]
            yield sorted(batch, key=lambda feature: feature.num_tokens)


def _step(
    task: Task[Any, FeatureT, Any],
    batch: Sequence[FeatureT],
    optimizer: GroupedAdamW,
    number: int,
) -> dict[str, float]:
    """Advance by one batch; returns the step's figures."""
    optimizer.zero_grad()
    loss = task.loss(batch)
    loss_value = loss.item()
    _require_finite("loss", loss_value, number, batch)
    loss.backward()
    norms = optimizer.clip()
    for name, norm in norms.items():
        _require_finite(name.replace("grad_", "gradient ").replace("_", " "), norm, number, batch)
    return {"loss": loss_value, **norms, **optimizer.step(number - 1)}


def _require_finite(name: str, value: float, step: int, batch: Sequence[Feature]) -> None:
    if not math.isfinite(value):
        ids = dict.fromkeys(feature.example_id for feature in batch)
        raise NumericsError(
            f"{name} is {value} at fine-tuning step {step}, examples {', '.join(ids)}",
            remedy="lower the task's learning_rate, or look at these examples",
        )
