"""One optimizer step; knows no files, clocks or Ray.

Each loss is divided by its own number of targets, counted over all workers and micro-steps, so
the gradient is that of the whole global batch however it was cut.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from spanbert.errors import NumericsError
from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch, target_counts
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.pretraining import (
    OBJECTIVES,
    mean_losses,
    objective_weights,
    pretraining_losses,
)
from spanbert.rng import torch_seed
from spanbert.training.config import TrainingConfig
from spanbert.training.optimizer import FlatAdamW
from spanbert.training.overlap import OverlappedSum
from spanbert.training.schedule import learning_rate_at
from spanbert.training.workers import ALONE, Workers


class Trainer:
    """A model with its optimizer, advanced one step at a time.

    Args:
        model: on its device; its parameters are laid flat.
        seed: of the run; dropout is keyed by (seed, step, rank, micro-step).
    """

    def __init__(
        self,
        model: PretrainingModel,
        config: TrainingConfig,
        *,
        objective: ObjectiveConfig,
        seed: int,
        workers: Workers = ALONE,
    ) -> None:
        self.model, self.optimizer = model, FlatAdamW(model, config, workers)
        self._config, self._objective = config, objective
        self._weights = objective_weights(objective)
        self._seed, self._workers = seed, workers
        self._flat = self.optimizer.flat
        self._gradients = OverlappedSum(self._flat, workers)
        model.encoder.is_checkpointed = config.checkpoint_activations
        if config.compile:
            model.encoder.compile_layers()

    def step(self, number: int, batches: Sequence[PretrainingBatch]) -> dict[str, float]:
        """Advance by one step on this worker's share of the global batch.

        Args:
            number: the step, counted from 0.
            batches: micro-batches on the model's device; may be empty on some workers.

        Raises:
            NumericsError: the loss or the gradient is not finite; raised on all workers alike,
                before any weight has changed.
        """
        counts = torch.zeros(len(OBJECTIVES), dtype=torch.float64)
        for batch in batches:
            counts += target_counts(batch)
        self._workers.sum(counts)
        sums = self._accumulate(number, batches, counts)
        self._gradients.finish()
        self._workers.sum(sums)
        norm = float(self._flat.clip(self._config.max_grad_norm))
        metrics = mean_losses(sums, counts, self._objective)
        self._update(number, metrics, norm)
        return metrics | {"grad_norm": norm, "learning_rate": self._rate(number)}

    def _accumulate(
        self, number: int, batches: Sequence[PretrainingBatch], counts: Tensor
    ) -> Tensor:
        """Add this worker's gradients to the buffer; returns its loss sums."""
        self.model.train()
        self._flat.gradients.zero_()
        scales = (self._weights / counts.clamp(min=1)).tolist()
        device = self._flat.gradients.device
        sums = torch.zeros(len(OBJECTIVES), dtype=torch.float64, device=device)
        for micro_step, batch in enumerate(batches):
            key = ("dropout", number, self._workers.rank, micro_step)
            torch.manual_seed(torch_seed(self._seed, *key))
            with self._autocast(device.type):
                losses = pretraining_losses(self.model, batch, scales)
            if micro_step + 1 == len(batches):
                self._gradients.listen()
            losses.total.backward()
            sums += losses.sums
        return sums.cpu()

    def _update(self, number: int, metrics: dict[str, float], norm: float) -> None:
        figures = torch.tensor([*metrics.values(), norm])
        if not torch.isfinite(figures).all():
            raise NumericsError(
                f"loss {metrics['loss']}, gradient norm {norm} at step {number}",
                remedy="lower training.learning_rate or raise training.warmup_steps",
            )
        self.optimizer.step(self._rate(number))

    def _rate(self, number: int) -> float:
        return learning_rate_at(
            number,
            peak=self._config.learning_rate,
            warmup_steps=self._config.warmup_steps,
            num_steps=self._config.steps,
            is_rebased=self._config.schedule == "rebased",
        )

    def _autocast(self, device_type: str) -> AbstractContextManager[object]:
        if self._config.precision == "bf16":
            return torch.autocast(device_type, torch.bfloat16)
        return nullcontext()
