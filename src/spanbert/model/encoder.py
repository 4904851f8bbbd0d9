"""The stack of layers: token ids -> contextual vectors (BERT's encoder, without a pooler)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from spanbert.model.attention import SelfAttention
from spanbert.model.config import ModelConfig
from spanbert.model.dropout import Dropout
from spanbert.model.embeddings import Embeddings
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int


class FeedForward(nn.Module):
    """Two linear maps with GeLU (erf) between, residual and layer norm."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.inner = nn.Linear(config.hidden_size, config.intermediate_size)
        self.outer = nn.Linear(config.intermediate_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout)

    def forward(self, hidden: Float[Tensor, "tokens hidden"]) -> Float[Tensor, "tokens hidden"]:
        """Transform each token by itself."""
        return self.norm(hidden + self.dropout(self.outer(F.gelu(self.inner(hidden)))))


class Layer(nn.Module):
    """Self-attention, then feed-forward."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = SelfAttention(config)
        self.feed_forward = FeedForward(config)

    def forward(
        self,
        hidden: Float[Tensor, "tokens hidden"],
        packing: Packing,
        rows: Int[Tensor, " rows"] | None = None,
    ) -> Float[Tensor, "rows hidden"]:
        """One round of mixing and transforming; only these rows of it, where some are named."""
        return self.feed_forward(self.attention(hidden, packing, rows))


class Encoder(nn.Module):
    """Embeddings and layers. A flat batch goes in, one vector a token comes out.

    Attributes:
        is_checkpointed: keep only what goes into each layer, and compute the rest of it again in
            the backward pass.
    """

    is_checkpointed = False

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_layers))

    def forward(
        self,
        token_ids: Int[Tensor, " tokens"],
        packing: Packing,
        token_type_ids: Int[Tensor, " tokens"] | None = None,
        rows: Int[Tensor, " rows"] | None = None,
    ) -> Float[Tensor, "rows hidden"]:
        """Last-layer vectors of all tokens, or of some.

        Args:
            token_ids: the sequences laid end to end, [CLS] and [SEP] included, no padding.
            packing: where each sequence lies.
            token_type_ids: 0 or 1 for each token; all 0 when absent.
            rows: the tokens that are asked for, which spares most of the last layer's work; all
                when absent.
        """
        hidden = self.embeddings(token_ids, packing, token_type_ids)
        for number, layer in enumerate(self.layers, start=1):
            own = rows if number == len(self.layers) else None
            if self.is_checkpointed and torch.is_grad_enabled():
                hidden = checkpoint(layer, hidden, packing, own, use_reentrant=False)
            else:
                hidden = layer(hidden, packing, own)
        return hidden

    def compile_layers(self) -> None:
        """Let torch.compile fuse what is not attention, once for any number of tokens."""
        for module in self.modules():
            if isinstance(module, FeedForward):
                module.compile(dynamic=True)
