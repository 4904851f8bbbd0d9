"""Framed tokens -> rows with answers (SpanBERT, section 3.2); `tied.py` makes them a loss."""

from torch import Tensor

from spanbert.model.pretraining import PretrainingModel
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.tied import TiedRows
from spanbert.shapes import Float


def span_boundary_rows(
    model: PretrainingModel,
    hidden: Float[Tensor, "tokens hidden"],
    batch: PretrainingBatch,
    scale: float,
) -> TiedRows | None:
    """One row a token with a boundary target; None for a model without the head."""
    head = model.span_boundary_head
    if head is None:
        return None
    rows = head.rows(hidden[batch.sbo_left], hidden[batch.sbo_right], batch.sbo_offset)
    return TiedRows(rows, head.bias, batch.sbo_targets, scale)
