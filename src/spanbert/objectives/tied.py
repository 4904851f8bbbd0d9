"""Rows -> cross-entropy against the tied word table, in chunks (SpanBERT, section 3.2).

The (rows, vocabulary) matrix never exists: a chunk of its rows is made, turned into losses and
gradients, and overwritten by the next. Gradients come with the forward pass, so that no chunk is
made twice; what each loss counts for must therefore be known before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from spanbert.objectives.config import CHUNK_ROWS
from spanbert.shapes import Float, Int

_COLUMN_MULTIPLE = 64  # what 16-bit matrix kernels want; the columns beyond have no probability


@dataclass(frozen=True)
class TiedRows:
    """What one head predicts: rows to be multiplied with the table, and their answers."""

    rows: Float[Tensor, "rows hidden"]
    bias: Float[Tensor, " vocab"]
    targets: Int[Tensor, " rows"]
    scale: float  # what a row's loss counts for in the total


def tied_cross_entropy(
    table: Float[Tensor, "vocab hidden"], parts: Sequence[TiedRows]
) -> tuple[Float[Tensor, ""], Float[Tensor, " parts"]]:
    """The scaled sum over all parts, which has a gradient, and each part's own sum in nats."""
    device = table.device.type
    autocast = torch.is_autocast_enabled(device)
    dtype = torch.get_autocast_dtype(device) if autocast else table.dtype
    tensors = [tensor for part in parts for tensor in (part.rows, part.bias, part.targets)]
    scales = [part.scale for part in parts]
    with torch.autocast(device, enabled=False):
        return _TiedCrossEntropy.apply(table, dtype, scales, torch.is_grad_enabled(), *tensors)


class _TiedCrossEntropy(torch.autograd.Function):
    """`tied_cross_entropy` over tensors laid flat: rows, bias and targets of each part."""

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        table: Tensor,
        dtype: torch.dtype,
        scales: list[float],
        needs_gradients: bool,
        *tensors: Tensor,
    ) -> tuple[Tensor, Tensor]:
        work = _Chunks(table, dtype, needs_gradients)
        parts = zip(tensors[::3], tensors[1::3], tensors[2::3], scales, strict=True)
        sums, gradients = zip(*(work.losses(*part) for part in parts), strict=True)
        ctx.gradients = (work.table_gradient, gradients)  # pyright: ignore[reportAttributeAccessIssue]
        sums = torch.stack(sums)
        ctx.mark_non_differentiable(sums)
        return (sums * sums.new_tensor(scales)).sum(), sums

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, total: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        # let go of here, so that the sparse gradient of the look-up is added to it in place
        (table, parts), ctx.gradients = ctx.gradients, None  # pyright: ignore[reportAttributeAccessIssue]
        flat = [g for rows, bias in parts for g in (rows.mul_(total), bias.mul_(total), None)]
        return (table.mul_(total), None, None, None, *flat)


class _Chunks:
    """The table in the type that is multiplied, its gradient, and one chunk's buffers."""

    def __init__(self, table: Tensor, dtype: torch.dtype, needs_gradients: bool) -> None:
        self._table = _wide(table, dtype)
        self._needs_gradients = needs_gradients
        self._logits = self._table.new_empty(0, len(self._table))
        self._log_p = self._logits.float()
        self.table_gradient = torch.zeros_like(table) if needs_gradients else table.new_zeros(0)

    def losses(
        self, rows: Tensor, bias: Tensor, targets: Tensor, scale: float
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """One part's sum, and the scaled gradients of its rows and its bias."""
        total = torch.zeros((), device=rows.device)
        rows_gradient, bias_gradient = torch.zeros_like(rows), torch.zeros_like(bias)
        wide_bias = _wide(bias, self._table.dtype, fill=-torch.inf)
        for first in range(0, len(rows), CHUNK_ROWS):
            chunk = slice(first, first + CHUNK_ROWS)
            inputs = rows[chunk].to(self._table.dtype)
            log_p = self._log_probabilities(inputs, wide_bias)
            answers = targets[chunk, None]
            total -= log_p.gather(1, answers).sum()
            if self._needs_gradients:
                error = log_p.exp_().scatter_add_(1, answers, -torch.ones_like(log_p[:, :1]))
                bias_gradient.add_(error[:, : len(bias)].sum(0), alpha=scale)
                error = error.to(self._table.dtype)
                rows_gradient[chunk] = (error @ self._table).mul_(scale)
                self._add_to_table(error, inputs, scale)
        return total, (rows_gradient, bias_gradient)

    def _log_probabilities(self, inputs: Tensor, bias: Tensor) -> Tensor:
        size = len(inputs)
        if len(self._logits) < size:
            self._logits = self._table.new_empty(size, len(bias))
            self._log_p = torch.empty_like(self._logits, dtype=torch.float32)
        logits = torch.addmm(bias, inputs, self._table.t(), out=self._logits[:size])
        return torch.log_softmax(logits, -1, dtype=torch.float32, out=self._log_p[:size])

    def _add_to_table(self, error: Tensor, inputs: Tensor, scale: float) -> None:
        gradient = self.table_gradient
        error = error[:, : len(gradient)]
        if error.dtype == gradient.dtype:
            gradient.addmm_(error.t(), inputs, alpha=scale)
        else:  # products in 16 bits, their sum in 32
            gradient.add_(error.t() @ inputs, alpha=scale)


def _wide(tensor: Tensor, dtype: torch.dtype, fill: float = 0.0) -> Tensor:
    """The tensor in `dtype`; in 16 bits its first axis grows to a multiple of 64."""
    if dtype == tensor.dtype:
        return tensor
    missing = -len(tensor) % _COLUMN_MULTIPLE
    padding = tensor.new_full((missing, *tensor.shape[1:]), fill, dtype=dtype)
    return torch.cat([tensor.to(dtype), padding])
