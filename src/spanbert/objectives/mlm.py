"""Masked tokens -> rows with answers (BERT, section 3.1); `tied.py` makes them a loss."""

from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.tied import TiedRows
from spanbert.shapes import Float


def masked_token_rows(
    model: PretrainingModel,
    hidden: Float[Tensor, "tokens hidden"],
    batch: PretrainingBatch,
    scale: float,
) -> TiedRows:
    """One row a masked token; no other token is projected."""
    head = model.masked_token_head
    return TiedRows(head.rows(hidden[batch.mlm_rows]), head.bias, batch.mlm_targets, scale)
