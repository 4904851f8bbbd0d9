"""One self-attention layer over a flat batch; attention never crosses a sequence's end."""

from torch import Tensor, nn

from spanbert.model.attending import attend
from spanbert.model.config import ModelConfig
from spanbert.model.dropout import Dropout
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int


class SelfAttention(nn.Module):
    """Multi-head attention, projection, residual and layer norm (post-norm, as BERT)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.num_heads, self.head_dim = config.num_heads, config.head_dim
        self.attention_dropout = config.attention_dropout
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout)

    def forward(
        self,
        hidden: Float[Tensor, "tokens hidden"],
        packing: Packing,
        rows: Int[Tensor, " rows"] | None = None,
    ) -> Float[Tensor, "rows hidden"]:
        """Mix each token with the others of its sequence; only these rows, where some are named."""
        qkv = self.query_key_value(hidden).unflatten(-1, (3, self.num_heads, self.head_dim))
        mixed = attend(qkv, packing, self.attention_dropout if self.training else 0.0)
        if rows is not None:
            hidden, mixed = hidden[rows], mixed[rows]
        return self.norm(hidden + self.dropout(self.output(mixed)))
