"""Mentions' vectors and scores of links -> vectors mixed with their antecedents (Lee et al., 2018).

Off unless asked for: with a pre-trained encoder it gives nothing (Xu and Choi, 2020).
"""

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.tasks.coref.mentions import Links


class Refinement(nn.Module):
    """g <- f * a + (1 - f) * g, where a is the mean antecedent and f = sigmoid(W [g; a])."""

    def __init__(self, vector_size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(2 * vector_size, vector_size)

    def forward(
        self,
        vectors: Float[Tensor, "all size"],
        own: Float[Tensor, "mentions size"],
        links: Links,
    ) -> Float[Tensor, "mentions size"]:
        """New vectors of the mentions that have these links.

        Args:
            vectors: of all mentions that links lead to.
            own: of the mentions themselves; having no antecedent, each is its own.
        """
        shares = links.scores_with_none.softmax(dim=1)  # (mentions, 1 + antecedents)
        of_all = shares.new_zeros(len(own), len(vectors))
        of_all = of_all.scatter(1, links.antecedents, shares[:, 1:])
        mean = shares[:, :1] * own + of_all @ vectors
        gate = torch.sigmoid(self.gate(torch.cat([own, mean], dim=1)))
        return gate * mean + (1 - gate) * own
