"""The sum of both objectives, with each part reported and each normalised by its own count."""

from dataclasses import dataclass

from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.mlm import masked_token_loss
from spanbert.objectives.sbo import span_boundary_loss
from spanbert.shapes import Float


@dataclass(frozen=True)
class LossSums:
    """Sums over one batch's targets, in nats; not yet divided by any count."""

    mlm: Float[Tensor, ""]
    sbo: Float[Tensor, ""]


def pretraining_losses(model: PretrainingModel, batch: PretrainingBatch) -> LossSums:
    """Encode a batch once and sum both losses over their targets."""
    hidden = model.encoder(batch.token_ids, batch.packing)
    return LossSums(
        masked_token_loss(model, hidden, batch), span_boundary_loss(model, hidden, batch)
    )
