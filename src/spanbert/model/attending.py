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
    parts = qkv.split([count * length for count, length in _calls(packing, qkv.shape[2])])
    calls = _calls(packing, qkv.shape[2])
    mixed = [_attend_run(p, length, dropout) for p, (_, length) in zip(parts, calls, strict=True)]
    return torch.cat(mixed)


def _calls(packing: Packing, num_heads: int) -> list[tuple[int, int]]:
    """Runs of equal lengths, cut so that the scores of one call stay in the cache."""
    calls = []
    for count, length in packing.runs:
        most = max(1, _SCORES_AT_ONCE // (num_heads * length * length))
        calls += [(min(most, count - first), length) for first in range(0, count, most)]
    return calls


def _attend_run(
    qkv: Float[Tensor, "tokens 3 heads head_dim"], length: int, dropout: float
) -> Float[Tensor, "tokens hidden"]:
    tokens = qkv.shape[0]
    qkv = qkv.unflatten(0, (-1, length))  # (N, L, 3, H, D)
    q_NHLD, k_NHLD, v_NHLD = qkv.permute(2, 0, 3, 1, 4)
    if dropout > 0 and qkv.device.type == "cpu":
        mixed_NHLD = _DroppedAttention.apply(q_NHLD, k_NHLD, v_NHLD, dropout)
    else:
        mixed_NHLD = F.scaled_dot_product_attention(q_NHLD, k_NHLD, v_NHLD, dropout_p=dropout)
    return mixed_NHLD.transpose(1, 2).reshape(tokens, -1)


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
    def forward(
        ctx: FunctionCtx, q_NHLD: Tensor, k_NHLD: Tensor, v_NHLD: Tensor, rate: float
    ) -> Tensor:
        scale, up = 1 / math.sqrt(q_NHLD.shape[-1]), 1 / (1 - rate)
        p_NHLL = torch.softmax((q_NHLD * scale) @ k_NHLD.transpose(-1, -2), -1)
        dropped_NHLL = torch.empty_like(p_NHLL)
        torch.ge(random_lanes(p_NHLL.shape), lowest_kept(rate), out=dropped_NHLL)
        dropped_NHLL.mul_(p_NHLL)
        ctx.save_for_backward(q_NHLD, k_NHLD, v_NHLD, p_NHLL, dropped_NHLL)
        ctx.factors = scale, up  # pyright: ignore[reportAttributeAccessIssue]
        return (dropped_NHLL @ v_NHLD).mul_(up)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, mixed: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        q_NHLD, k_NHLD, v_NHLD, p_NHLL, dropped_NHLL = ctx.saved_tensors  # pyright: ignore[reportAttributeAccessIssue]
        scale, up = ctx.factors  # pyright: ignore[reportAttributeAccessIssue]
        mixed_NHLD = mixed * up
        value = dropped_NHLL.transpose(-1, -2) @ mixed_NHLD
        # where a weight was dropped, the first term of p (g - sum of p g) is gone, not the second
        score = (mixed_NHLD @ v_NHLD.transpose(-1, -2)).mul_(dropped_NHLL)
        score.addcmul_(p_NHLL, score.sum(-1, keepdim=True), value=-1)
        query = (score @ k_NHLD).mul_(scale)
        key = (score.transpose(-1, -2) @ q_NHLD).mul_(scale)
        return query, key, value, None
