"""One self-attention layer over a flat batch; attention never crosses a sequence's end.

Axis legend: N sequences of one run, L their length, D head_dim.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.model.packing import Packing
from spanbert.shapes import Float


class SelfAttention(nn.Module):
    """Multi-head attention, projection, residual and layer norm (post-norm, as BERT)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.num_heads, self.head_dim = config.num_heads, config.head_dim
        self.attention_dropout = config.attention_dropout
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout)

    def forward(
        self, hidden: Float[Tensor, "tokens hidden"], packing: Packing
    ) -> Float[Tensor, "tokens hidden"]:
        """Mix each token with the others of its sequence."""
        projected = self.query_key_value(hidden)  # (tokens, 3 * hidden)
        sizes = [count * length for count, length in packing.runs]
        mixed = [
            self._attend(part, length)
            for part, (_, length) in zip(projected.split(sizes), packing.runs, strict=True)
        ]
        return self.norm(hidden + self.dropout(self.output(torch.cat(mixed))))

    def _attend(
        self, projected: Float[Tensor, "tokens three_hidden"], length: int
    ) -> Float[Tensor, "tokens hidden"]:
        qkv = projected.view(-1, length, 3, self.num_heads, self.head_dim)
        q_NHLD, k_NHLD, v_NHLD = qkv.permute(2, 0, 3, 1, 4)
        rate = self.attention_dropout if self.training else 0.0
        mixed_NHLD = F.scaled_dot_product_attention(q_NHLD, k_NHLD, v_NHLD, dropout_p=rate)
        return mixed_NHLD.transpose(1, 2).reshape(projected.shape[0], -1)  # (tokens, hidden)
