"""Mentions -> scores of their links: coarse, fine, and again for each round of refinement."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.antecedents import CoarseScorer, FineScorer
from spanbert.tasks.coref.higher_order import Refinement
from spanbert.tasks.coref.mentions import Links, Mentions


class LinkScorer(nn.Module):
    """Chooses antecedents by coarse scores; the sum of both scores is a link's."""

    def __init__(self, vector_size: int, config: CorefConfig) -> None:
        super().__init__()
        self.coarse = CoarseScorer(vector_size, config)
        self.fine = FineScorer(vector_size, config)
        self._num_rounds = config.refinement_rounds
        self.refinement = Refinement(vector_size) if self._num_rounds else None

    def forward(
        self, own: Mentions, carried: Mentions | None, genre: int
    ) -> tuple[Links, Mentions]:
        """Links of some mentions, and these mentions with their vectors of all rounds.

        Args:
            carried: mentions before them, which may be antecedents; links count them first.
        """
        mentions = own if carried is None else own.after(carried)
        first = len(mentions) - len(own)
        coarse = self.coarse(mentions, first)

        def scored(vectors: Float[Tensor, "all size"]) -> Links:
            fine = self.fine(vectors, mentions, genre, first, coarse.antecedents)
            return Links(coarse.antecedents, coarse.scores + fine)

        every, rounds = mentions.vectors[0], list(own.vectors)
        links = scored(every)
        for number in range(1, self._num_rounds + 1):
            assert self.refinement is not None
            rounds.append(self.refinement(every, rounds[-1], links))
            earlier = [] if carried is None else [carried.vectors[number]]
            every = torch.cat([*earlier, rounds[-1]])
            links = scored(every)
        return links, replace(own, vectors=tuple(rounds))
