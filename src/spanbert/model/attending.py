"""Query, key, value -> mixed values, by the fastest exact way for where they are.

| where | how |
|---|---|
| CUDA in 16 bits | torch's variable-length flash kernel, all sequences in one call |
| CPU, dropping weights | batched products with our own backward pass, below |
| elsewhere | scaled_dot_product_attention, a call for each run of equal lengths |

Axis legend: N sequences of one run, L their length, H heads, D head_dim.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from spanbert.model.dropout import lowest_kept, random_lanes
from spanbert.model.packing import Packing
from spanbert.shapes import Float

_SCORES_AT_ONCE = 1 << 22  # 16 MiB in fp32: what a processor's last cache holds


def attend(
    qkv: Float[Tensor, "tokens 3 heads head_dim"], packing: Packing, dropout: float
) -> Float[Tensor, "tokens hidden"]:
    """Mix the values of each sequence by its queries and keys.

    Args:
        dropout: share of attention weights that are dropped; 0 when not training.
    """
    if qkv.is_cuda and qkv.dtype in (torch.bfloat16, torch.float16):
        return _flash(qkv, packing, dropout)
    calls = _calls(packing, qkv.shape[2])
    if dropout > 0 and qkv.device.type == "cpu":
        return _DroppedAttention.apply(qkv, calls, dropout)
    mixed = [_attend_run(run, dropout) for run in _runs(qkv, calls)]
    return torch.cat(mixed)


def _calls(packing: Packing, num_heads: int) -> list[tuple[int, int]]:
    """Runs of equal lengths, cut so that the scores of one call stay in the cache."""
    calls = []
    for count, length in packing.runs:
        most = max(1, _SCORES_AT_ONCE // (num_heads * length * length))
        calls += [(min(most, count - first), length) for first in range(0, count, most)]
    return calls


def _runs(flat: Tensor, calls: list[tuple[int, int]]) -> list[Tensor]:
    """The part of each call, as (N, L, ...)."""
    parts = flat.split([count * length for count, length in calls])
    return [p.unflatten(0, (-1, length)) for p, (_, length) in zip(parts, calls, strict=True)]


def _attend_run(
    qkv: Float[Tensor, "sequences seq 3 heads head_dim"], dropout: float
) -> Float[Tensor, "tokens hidden"]:
    q_NHLD, k_NHLD, v_NHLD = qkv.permute(2, 0, 3, 1, 4)
    mixed_NHLD = F.scaled_dot_product_attention(q_NHLD, k_NHLD, v_NHLD, dropout_p=dropout)
    return mixed_NHLD.transpose(1, 2).flatten(2).flatten(0, 1)


def _flash(
    qkv: Float[Tensor, "tokens 3 heads head_dim"], packing: Packing, dropout: float
) -> Float[Tensor, "tokens hidden"]:
    """One call for the whole batch; `varlen_attn`, torch's name for it, has no dropout."""
    q, k, v = qkv.unbind(1)
    bounds, longest = packing.bounds(qkv.device), max(packing.lengths)
    mixed = torch.ops.aten._flash_attention_forward(
        q, k, v, bounds, bounds, longest, longest, dropout, False, False
    )[0]
    return mixed.flatten(1)


class _DroppedAttention(torch.autograd.Function):
    """softmax(q k' / sqrt(D)) with dropped weights, times v.

    `scaled_dot_product_attention` leaves its fast kernel when it has to drop weights on a CPU.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, qkv: Tensor, calls: list[tuple[int, int]], rate: float) -> Tensor:
        scale, up = 1 / math.sqrt(qkv.shape[-1]), 1 / (1 - rate)
        mixed, weights = torch.empty_like(qkv[:, 0]), []
        for run, out in zip(_runs(qkv, calls), _runs(mixed, calls), strict=True):
            q_NHLD, k_NHLD, v_NHLD = run.permute(2, 0, 3, 1, 4)
            p_NHLL = torch.softmax((q_NHLD * scale) @ k_NHLD.transpose(-1, -2), -1)
            dropped_NHLL = torch.empty_like(p_NHLL)
            torch.ge(random_lanes(p_NHLL.shape), lowest_kept(rate), out=dropped_NHLL)
            dropped_NHLL.mul_(p_NHLL)
            torch.mul(dropped_NHLL @ v_NHLD, up, out=out.transpose(1, 2))
            weights += [p_NHLL, dropped_NHLL]
        ctx.save_for_backward(qkv, *weights)
        ctx.rest = calls, scale, up  # pyright: ignore[reportAttributeAccessIssue]
        return mixed.flatten(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, mixed: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        qkv, *weights = ctx.saved_tensors  # pyright: ignore[reportAttributeAccessIssue]
        calls, scale, up = ctx.rest  # pyright: ignore[reportAttributeAccessIssue]
        gradient = torch.empty_like(qkv)
        mixed = (mixed * up).view_as(qkv[:, 0])
        parts = (_runs(qkv, calls), _runs(gradient, calls), _runs(mixed, calls))
        for run, out, part, p_NHLL, dropped_NHLL in zip(
            *parts, weights[::2], weights[1::2], strict=True
        ):
            q_NHLD, k_NHLD, v_NHLD = run.permute(2, 0, 3, 1, 4)
            query, key, value = out.permute(2, 0, 3, 1, 4)
            mixed_NHLD = part.transpose(1, 2)
            value.copy_(dropped_NHLL.transpose(-1, -2) @ mixed_NHLD)
            # of p (g - sum of p g), a dropped weight loses the first term but not the second
            score_NHLL = (mixed_NHLD @ v_NHLD.transpose(-1, -2)).mul_(dropped_NHLL)
            score_NHLL.addcmul_(p_NHLL, score_NHLL.sum(-1, keepdim=True), value=-1)
            torch.mul(score_NHLL @ k_NHLD, scale, out=query)
            torch.mul(score_NHLL.transpose(-1, -2) @ q_NHLD, scale, out=key)
        return gradient, None, None
