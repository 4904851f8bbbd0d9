"""A vector -> a score, by one hidden layer (Lee et al., 2017): what all scores here are made by."""

from torch import Tensor, nn

from spanbert.model.dropout import Dropout
from spanbert.shapes import Float


class HiddenScorer(nn.Module):
    """Linear, ReLU, dropout, and a linear map to one number."""

    def __init__(self, input_size: int, hidden_size: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(input_size, hidden_size)
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(hidden_size, 1)

    def forward(self, vectors: Float[Tensor, "... size"]) -> Float[Tensor, "..."]:
        """The score of each vector."""
        return self.of_hidden(self.hidden(vectors))

    def of_hidden(self, hidden: Float[Tensor, "... hidden"]) -> Float[Tensor, "..."]:
        """The scores of what the first linear map gives; it is overwritten."""
        return self.output(self.dropout(hidden.relu_())).squeeze(-1)


class TableScorer(nn.Module):
    """A score for each number below a bound, made from an embedding: of a width, of a distance.

    Args:
        network: scores an embedding.
    """

    def __init__(self, count: int, feature_size: int, network: nn.Module, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(count, feature_size)
        self.dropout, self.network = Dropout(dropout), network

    def forward(self) -> Float[Tensor, " count"]:
        """All scores."""
        return self.network(self.dropout(self.embedding.weight)).flatten()
