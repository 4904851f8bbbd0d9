"""Token ids -> vectors: word, position and token type, summed and normalised (BERT, section 3)."""

import torch
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.model.dropout import Dropout
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int


class Embeddings(nn.Module):
    """The sum of three tables, layer-normalised, with dropout."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.word = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position = nn.Embedding(config.max_positions, config.hidden_size)
        self.token_type = nn.Embedding(config.num_token_types, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout)

    def forward(
        self,
        token_ids: Int[Tensor, " tokens"],
        packing: Packing,
        token_type_ids: Int[Tensor, " tokens"] | None = None,
    ) -> Float[Tensor, "tokens hidden"]:
        """Vectors of all tokens; without token types, all are of type 0."""
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(token_ids)
        summed = (
            self.word(token_ids)
            + self.position(packing.position_ids(token_ids.device))
            + self.token_type(token_type_ids)
        )
        return self.dropout(self.norm(summed))
