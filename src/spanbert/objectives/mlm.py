"""Masked-token loss over its own targets (BERT, section 3.1)."""

import torch.nn.functional as F
from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.shapes import Float


def masked_token_loss(
    model: PretrainingModel, hidden: Float[Tensor, "tokens hidden"], batch: PretrainingBatch
) -> Float[Tensor, ""]:
    """Cross-entropy in nats summed over the masked tokens; only their rows are projected."""
    rows = hidden[batch.mlm_rows]
    logits = model.masked_token_head(rows, model.word_embeddings)
    return F.cross_entropy(logits.float(), batch.mlm_targets, reduction="sum")
