"""Spans that were kept, with all that their links are scored by; and the links themselves."""

from dataclasses import dataclass

import torch
from torch import Tensor

from spanbert.shapes import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class Mentions:
    """Spans in the order of a document; what came before them in it may stand before them here.

    Attributes:
        vectors: of each round of refinement; the first are those before any.
    """

    vectors: tuple[Float[Tensor, "spans size"], ...]
    scores: Float[Tensor, " spans"]  # as mentions
    speakers: Int[Tensor, " spans"]  # of the first word
    segments: Int[Tensor, " spans"]  # of the first piece

    def __len__(self) -> int:
        return len(self.scores)

    def after(self, earlier: "Mentions") -> "Mentions":
        """These behind others, with the rounds that both have."""
        rounds = zip(earlier.vectors, self.vectors, strict=False)
        return Mentions(
            tuple(torch.cat(pair) for pair in rounds),
            torch.cat([earlier.scores, self.scores]),
            torch.cat([earlier.speakers, self.speakers]),
            torch.cat([earlier.segments, self.segments]),
        )

    def last(self, count: int) -> "Mentions":
        """The last so many."""
        kept = slice(max(0, len(self) - count), None)
        vectors = tuple(vectors[kept] for vectors in self.vectors)
        return Mentions(vectors, self.scores[kept], self.speakers[kept], self.segments[kept])


@dataclass(frozen=True, eq=False)
class Links:
    """Some antecedents of each mention; where there are fewer, the score of the rest is -inf."""

    antecedents: Int[Tensor, "mentions antecedents"]  # numbers among all mentions
    scores: Float[Tensor, "mentions antecedents"]

    @property
    def is_real(self) -> Bool[Tensor, "mentions antecedents"]:
        """Whether an antecedent stands before its mention."""
        return self.scores > -torch.inf

    @property
    def scores_with_none(self) -> Float[Tensor, "mentions more"]:
        """Scores with a first column for having no antecedent, which is 0."""
        return torch.cat([self.scores.new_zeros(len(self.scores), 1), self.scores], dim=1)
