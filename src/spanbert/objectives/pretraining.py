"""All objectives over one encoding, each with its own sum and its own count of targets."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.mlm import masked_token_rows
from spanbert.objectives.nsp import next_sentence_loss
from spanbert.objectives.sbo import span_boundary_rows
from spanbert.objectives.tied import tied_cross_entropy
from spanbert.shapes import Float

OBJECTIVES = ("mlm", "sbo", "nsp")  # the order of all vectors over objectives


class Losses(NamedTuple):
    """What one batch loses, in nats."""

    total: Float[Tensor, ""]  # the sums by their scales; it alone has a gradient
    sums: Float[Tensor, " objectives"]  # over each objective's targets


def pretraining_losses(
    model: PretrainingModel, batch: PretrainingBatch, scales: Sequence[float] = (1.0, 1.0, 1.0)
) -> Losses:
    """Encode a batch once and lose on all objectives.

    Args:
        scales: what a target of each objective counts for in the total; 0 for a head that is
            not there.
    """
    hidden = model.encoder(batch.token_ids, batch.packing, batch.token_type_ids)
    masked = masked_token_rows(model, hidden, batch, scales[0])
    framed = span_boundary_rows(model, hidden, batch, scales[1])
    total, sums = tied_cross_entropy(
        model.word_embeddings, [masked, framed] if framed else [masked]
    )
    nsp = next_sentence_loss(model, hidden, batch).float()
    no_sbo = sums.new_zeros(0 if framed else 1)
    return Losses(total + nsp * scales[2], torch.cat([sums, no_sbo, nsp.detach()[None]]))


def objective_weights(config: ObjectiveConfig) -> Float[Tensor, " objectives"]:
    """What each mean loss counts for in the sum that is minimised."""
    return torch.tensor([1.0, config.sbo_weight, float(config.nsp)], dtype=torch.float64)


def mean_losses(
    sums: Float[Tensor, " objectives"],
    counts: Float[Tensor, " objectives"],
    config: ObjectiveConfig,
) -> dict[str, float]:
    """`loss` and the mean of each objective that is trained, as `mlm_loss` and so on."""
    means = sums / counts.clamp(min=1)
    weights = objective_weights(config)
    trained = zip(OBJECTIVES, means.tolist(), weights.tolist(), strict=True)
    parts = {f"{name}_loss": mean for name, mean, weight in trained if weight > 0}
    return {"loss": float((weights * means).sum()), **parts}
