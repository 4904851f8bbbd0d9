"""Scores of labels from [CLS]: BERT's pooler, dropout, one linear layer (SpanBERT, section 4.1).

**Differs** from the paper, which names the linear layer alone, as the published code does: its
pooler is a dense layer with tanh, fresh where the encoder comes without one.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.model.dropout import Dropout
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int


class ClassificationModel(nn.Module):
    """An encoder that scores each sequence by its first token.

    Args:
        num_outputs: labels; 1 to predict a number.
    """

    def __init__(self, config: ModelConfig, num_outputs: int) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = Dropout(config.hidden_dropout)
        self.classifier = nn.Linear(config.hidden_size, num_outputs)  # its published name

    def forward(
        self,
        token_ids: Int[Tensor, " tokens"],
        packing: Packing,
        token_type_ids: Int[Tensor, " tokens"],
    ) -> Float[Tensor, "batch outputs"]:
        """The outputs for each sequence of the flat batch."""
        first_tokens = packing.starts(token_ids.device)
        first = self.encoder(token_ids, packing, token_type_ids, first_tokens)  # (batch, hidden)
        return self.classifier(self.dropout(torch.tanh(self.pooler(first))))


def classification_loss(
    outputs: Float[Tensor, "batch outputs"],
    targets: Int[Tensor, " batch"] | Float[Tensor, " batch"],
    label_weights: Float[Tensor, " outputs"] | None = None,
) -> Float[Tensor, ""]:
    """Mean cross-entropy of the labels, or mean squared error of numbers.

    Args:
        targets: whole numbers are labels.
        label_weights: by which the mean is weighed; absent: all weigh alike.
    """
    if targets.is_floating_point():
        return F.mse_loss(outputs[:, 0], targets)
    return F.cross_entropy(outputs, targets, label_weights)
