"""All objectives over one encoding, each with its own sum and its own count of targets."""

import torch
from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.mlm import masked_token_loss
from spanbert.objectives.nsp import next_sentence_loss
from spanbert.objectives.sbo import span_boundary_loss
from spanbert.shapes import Float

OBJECTIVES = ("mlm", "sbo", "nsp")  # the order of all vectors over objectives


def pretraining_losses(
    model: PretrainingModel, batch: PretrainingBatch
) -> Float[Tensor, " objectives"]:
    """Encode a batch once; sums over its targets in nats, not yet divided by any count."""
    hidden = model.encoder(batch.token_ids, batch.packing, batch.token_type_ids)
    parts = (masked_token_loss, span_boundary_loss, next_sentence_loss)
    return torch.stack([part(model, hidden, batch).float() for part in parts])


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
