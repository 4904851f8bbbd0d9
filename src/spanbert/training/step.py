"""One optimizer step; knows no files, clocks or Ray.

Each loss is divided by its own number of targets, counted over all workers and micro-steps, so
the gradient is that of the whole global batch however it was cut. Dropout is keyed by the part of
the batch and not by who computes it: another number of workers computes the same.
"""

import math
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
from spanbert.shapes import Float
from spanbert.training.config import TrainingConfig
from spanbert.training.exhausted import out_of_memory
from spanbert.training.optimizer import FlatAdamW
from spanbert.training.overlap import OverlappedSum
from spanbert.training.schedule import learning_rate_at
from spanbert.training.spikes import SpikeRule
from spanbert.training.tree import TreeSum
from spanbert.training.workers import ALONE, Workers

Parts = Sequence[Sequence[PretrainingBatch]]  # micro-batches of each part that a worker has


class NonFiniteError(NumericsError):
    """A loss or the gradient is not finite.

    Attributes:
        step: counted from 0.
        parts: of the batch whose own losses are not finite; may be none where the gradient alone
            is not.
        figures: losses and gradient norm by name.
    """

    def __init__(self, step: int, parts: list[int], figures: dict[str, float]) -> None:
        self.step, self.parts, self.figures = step, parts, figures
        told = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
        super().__init__(
            f"not finite at step {step} ({told})",
            remedy="lower training.learning_rate or raise training.warmup_steps",
        )


class Trainer:
    """A model with its optimizer, advanced one step at a time.

    Args:
        model: on its device; its parameters are laid flat.
        seed: of the run; dropout is keyed by (seed, step, part, micro-step).

    Attributes:
        spikes: which steps are skipped for their gradient, and how many were.
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
        self.spikes = SpikeRule(config.spike_sigmas)
        self._config, self._objective = config, objective
        self._weights = objective_weights(objective)
        self._seed, self._workers = seed, workers
        self._flat = self.optimizer.flat
        make_sum = TreeSum if config.exact else OverlappedSum
        self._gradients = make_sum(self._flat, workers)
        model.encoder.is_checkpointed = config.checkpoint_activations
        if config.compile:
            model.encoder.compile_layers()

    def step(self, number: int, parts: Parts) -> dict[str, float]:
        """Advance by one step on this worker's share of the global batch.

        Args:
            number: the step, counted from 0.
            parts: as many on each worker, in the order of the workers; on the model's device. A
                part may be empty.

        Raises:
            NonFiniteError: before any weight has changed, on all workers alike.
            NumericsError: too many gradient spikes in a row, likewise.
        """
        counts = self._shared([sum(map(target_counts, part), start=_nothing()) for part in parts])
        scales = (self._weights / counts.sum(0).clamp(min=1)).tolist()
        own = self._accumulate(number, parts, scales)
        self._gradients.finish()  # first: the sums of some workers have begun already
        sums = self._shared(own)
        norm = float(self._flat.clip(self._config.max_grad_norm))
        figures = mean_losses(sums.sum(0), counts.sum(0), self._objective) | {"grad_norm": norm}
        self._require_finite(number, figures, sums)
        if self.spikes.accepts(norm):
            self.optimizer.step(self._rate(number))
        skipped = float(self.spikes.skipped)
        return figures | {"learning_rate": self._rate(number), "skipped_steps": skipped}

    def _accumulate(self, number: int, parts: Parts, scales: list[float]) -> list[Tensor]:
        """Add this worker's gradients up; returns the loss sums of its parts."""
        self.model.train()
        self._flat.gradients.zero_()
        sums, first = [], self._workers.rank * len(parts)
        for index, part in enumerate(parts):
            sums.append(_nothing().to(self._flat.gradients.device))
            for micro_step, batch in enumerate(part):
                key = ("dropout", number, first + index, micro_step)
                torch.manual_seed(torch_seed(self._seed, *key))
                if index + 1 == len(parts) and micro_step + 1 == len(part):
                    self._gradients.listen()
                sums[-1] += self._backward(batch, scales)
            self._gradients.end_part()
        return sums

    def _backward(self, batch: PretrainingBatch, scales: list[float]) -> Float[Tensor, " losses"]:
        """Add a micro-batch's gradient; returns its loss sums."""
        try:
            with self._autocast(batch.token_ids.device.type):
                losses = pretraining_losses(self.model, batch, scales)
            losses.total.backward()
        except (MemoryError, RuntimeError) as error:
            exhausted = out_of_memory(error, batch.packing)
            if exhausted:
                raise exhausted from error
            raise
        return losses.sums

    def _shared(self, rows: Sequence[Float[Tensor, " losses"]]) -> Float[Tensor, "parts losses"]:
        """Numbers of this worker's parts -> of all parts, the same on all workers to the bit."""
        table = torch.zeros(
            self._workers.world_size, len(rows), len(OBJECTIVES), dtype=torch.float64
        )
        for index, row in enumerate(rows):
            table[self._workers.rank, index] = row.cpu()
        self._workers.sum(table)  # others add zeros
        return table.flatten(0, 1)

    def _require_finite(
        self, number: int, figures: dict[str, float], sums: Float[Tensor, "parts losses"]
    ) -> None:
        if not all(map(math.isfinite, figures.values())):
            bad = (~torch.isfinite(sums).all(1)).nonzero().flatten().tolist()
            raise NonFiniteError(number, bad, figures)

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


def _nothing() -> Float[Tensor, " losses"]:
    """A zero for each objective."""
    return torch.zeros(len(OBJECTIVES), dtype=torch.float64)
