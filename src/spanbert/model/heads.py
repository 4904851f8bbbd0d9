"""What predicts: the masked-token, span boundary (SpanBERT, section 3.2) and next sentence heads.

The first two take only the rows that have a target, and are tied to the word embeddings, each with
an output bias of its own.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.shapes import Float, Int


class MaskedTokenHead(nn.Module):
    """BERT's head: linear, GeLU, layer norm, tied output."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def rows(self, hidden: Float[Tensor, "rows hidden"]) -> Float[Tensor, "rows hidden"]:
        """What is multiplied with the tied table."""
        return self.norm(F.gelu(self.dense(hidden)))

    def forward(
        self,
        hidden: Float[Tensor, "rows hidden"],
        word_embeddings: Float[Tensor, "vocab hidden"],
    ) -> Float[Tensor, "rows vocab"]:
        """Scores of every vocabulary entry for each row."""
        return F.linear(self.rows(hidden), word_embeddings, self.bias)


class SpanBoundaryHead(nn.Module):
    """Predicts a token from the two vectors that frame its span, and its place in the span.

    Args:
        num_positions: places in a span that can be predicted, from its start.
        position_size: width of the place's embedding.
    """

    def __init__(self, config: ModelConfig, num_positions: int, position_size: int) -> None:
        super().__init__()
        hidden, size = config.hidden_size, position_size
        self.position = nn.Embedding(num_positions, size)  # row 0: the first token
        self.dense1 = nn.Linear(2 * hidden + size, hidden)
        self.norm1 = nn.LayerNorm(hidden, eps=config.layer_norm_eps)
        self.dense2 = nn.Linear(hidden, hidden)
        self.norm2 = nn.LayerNorm(hidden, eps=config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def rows(
        self,
        left: Float[Tensor, "rows hidden"],
        right: Float[Tensor, "rows hidden"],
        offset: Int[Tensor, " rows"],
    ) -> Float[Tensor, "rows hidden"]:
        """What is multiplied with the tied table.

        Args:
            left: encoder output just before the row's span.
            right: encoder output just after it.
            offset: place in the span, 0 for its first token, below `num_positions`.
        """
        framed = torch.cat([left, right, self.position(offset)], dim=-1)  # (rows, 2 hidden + size)
        first = self.norm1(F.gelu(self.dense1(framed)))
        return self.norm2(F.gelu(self.dense2(first)))

    def forward(
        self,
        left: Float[Tensor, "rows hidden"],
        right: Float[Tensor, "rows hidden"],
        offset: Int[Tensor, " rows"],
        word_embeddings: Float[Tensor, "vocab hidden"],
    ) -> Float[Tensor, "rows vocab"]:
        """Scores of every vocabulary entry for each row; arguments as those of `rows`."""
        return F.linear(self.rows(left, right, offset), word_embeddings, self.bias)


class NextSentenceHead(nn.Module):
    """BERT's pooler and classifier: does the second part of a pair follow the first?"""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, 2)

    def forward(self, first_tokens: Float[Tensor, "rows hidden"]) -> Float[Tensor, "rows 2"]:
        """Scores of "follows" and "is from another document", from the vectors at [CLS]."""
        return self.output(torch.tanh(self.pooler(first_tokens)))
