"""Dropout that is cheap on a CPU: four decisions from one 64-bit draw (BERT, section A.2).

torch draws a Bernoulli number an element there, one after another, which costs more than the layer
it follows. The rate is met to 1 in 65,536.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from spanbert.shapes import Shaped

_LANES = 1 << 16  # values of a 16-bit lane
_LANES_OF_A_DRAW = 4


class Dropout(nn.Module):
    """Zeroes a share of the elements while training and scales up the others."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: Tensor) -> Tensor:
        """The values, or some of them, of any shape."""
        if not self.training or self.rate == 0:
            return values
        # a compiler cannot trace the view of one type as another, and fuses its own draws
        if values.device.type == "cpu" and not torch.compiler.is_compiling():
            return _LaneDropout.apply(values, self.rate)
        return F.dropout(values, self.rate)


def random_lanes(shape: torch.Size) -> Shaped[Tensor, "..."]:
    """Uniform 16-bit integers from torch's generator."""
    count = shape.numel()
    draws = torch.empty(-(-count // _LANES_OF_A_DRAW), dtype=torch.int64)
    return draws.random_(-(2**63), None).view(torch.int16)[:count].view(shape)


def lowest_kept(rate: float) -> int:
    """The lowest lane that stands for a kept element."""
    return round(rate * _LANES) - _LANES // 2


class _LaneDropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, rate: float) -> Tensor:
        is_kept = random_lanes(values.shape) >= lowest_kept(rate)
        ctx.save_for_backward(is_kept)
        ctx.scale = 1 / (1 - rate)  # pyright: ignore[reportAttributeAccessIssue]
        return (values * is_kept).mul_(ctx.scale)  # pyright: ignore[reportAttributeAccessIssue]

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        (is_kept,) = ctx.saved_tensors  # pyright: ignore[reportAttributeAccessIssue]
        return (gradient * is_kept).mul_(ctx.scale), None  # pyright: ignore[reportAttributeAccessIssue]
