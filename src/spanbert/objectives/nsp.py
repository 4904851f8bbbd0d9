"""Next sentence loss over its own targets (BERT, section 3.1; SpanBERT's baseline only)."""

import torch.nn.functional as F
from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.shapes import Float


def next_sentence_loss(
    model: PretrainingModel, hidden: Float[Tensor, "tokens hidden"], batch: PretrainingBatch
) -> Float[Tensor, ""]:
    """Cross-entropy in nats summed over the pairs; 0 for a model without the head."""
    if model.next_sentence_head is None:
        return hidden.new_zeros(())
    logits = model.next_sentence_head(hidden[batch.nsp_rows])
    return F.cross_entropy(logits.float(), batch.nsp_targets, reduction="sum")
