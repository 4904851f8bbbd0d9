"""Span boundary loss over its own targets (SpanBERT, section 3.2)."""

import torch.nn.functional as F
from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.shapes import Float


def span_boundary_loss(
    model: PretrainingModel, hidden: Float[Tensor, "tokens hidden"], batch: PretrainingBatch
) -> Float[Tensor, ""]:
    """Cross-entropy in nats summed over the tokens with a boundary target; 0 without the head."""
    if model.span_boundary_head is None:
        return hidden.new_zeros(())
    left, right = hidden[batch.sbo_left], hidden[batch.sbo_right]
    logits = model.span_boundary_head(left, right, batch.sbo_offset, model.word_embeddings)
    return F.cross_entropy(logits.float(), batch.sbo_targets, reduction="sum")
