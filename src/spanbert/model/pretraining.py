"""Encoder and the heads of pre-training as one module, and how fresh weights are drawn."""

import torch
from torch import nn

from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.heads import MaskedTokenHead, NextSentenceHead, SpanBoundaryHead
from spanbert.objectives.config import ObjectiveConfig
from spanbert.rng import torch_seed


class PretrainingModel(nn.Module):
    """What pre-training optimises and what a checkpoint holds.

    The masked-token head is always there; the others where the objective trains them.
    """

    def __init__(self, config: ModelConfig, objective: ObjectiveConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.masked_token_head = MaskedTokenHead(config)
        self.span_boundary_head = (
            SpanBoundaryHead(config, objective.max_sbo_pieces, objective.sbo_position_size)
            if objective.has_sbo
            else None
        )
        self.next_sentence_head = NextSentenceHead(config) if objective.nsp else None

    @property
    def word_embeddings(self) -> torch.Tensor:
        """(vocab, hidden): the table that both token heads are tied to."""
        return self.encoder.embeddings.word.weight


def initialize(module: nn.Module, initializer_range: float, seed: int) -> None:
    """Draw fresh weights: N(0, initializer_range) for matrices and tables, zero biases.

    Each weight has a stream keyed by its own name, so adding a head changes no other weight.
    """
    for path, child in module.named_modules():
        if isinstance(child, nn.Linear | nn.Embedding):
            generator = torch.Generator().manual_seed(torch_seed(seed, "weights", path))
            nn.init.normal_(child.weight, std=initializer_range, generator=generator)
        if isinstance(child, nn.Linear) and child.bias is not None:
            nn.init.zeros_(child.bias)
        if isinstance(child, nn.LayerNorm):
            nn.init.ones_(child.weight)
            nn.init.zeros_(child.bias)
