"""Start and end scores: one linear layer over the encoder (SpanBERT, section 4.1)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int


class QuestionAnsweringModel(nn.Module):
    """An encoder that scores each token as the start and as the end of an answer."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.qa_outputs = nn.Linear(config.hidden_size, 2)  # its published name

    def forward(
        self,
        token_ids: Int[Tensor, " tokens"],
        packing: Packing,
        token_type_ids: Int[Tensor, " tokens"],
    ) -> Float[Tensor, "tokens 2"]:
        """Start score and end score of each token of the flat batch."""
        return self.qa_outputs(self.encoder(token_ids, packing, token_type_ids))


def answer_loss(
    scores: Float[Tensor, "tokens 2"], packing: Packing, targets: Int[Tensor, "batch 2"]
) -> Float[Tensor, ""]:
    """Mean over windows and over start and end of -log softmax, taken within each window.

    Args:
        targets: positions of the answer's first and last piece in their windows.
    """
    padded = scores.new_full((len(packing.lengths), max(packing.lengths), 2), -torch.inf)
    lengths = torch.tensor(packing.lengths, device=scores.device)
    window = torch.repeat_interleave(torch.arange(len(lengths), device=scores.device), lengths)
    padded[window, packing.position_ids(scores.device)] = scores  # (batch, longest, 2)
    return F.cross_entropy(padded, targets)
