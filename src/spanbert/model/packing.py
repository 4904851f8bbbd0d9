"""Where the sequences of a flat batch lie.

A batch holds no padding: its sequences stand one after another in one run of tokens. Attention
needs to know where each begins; sequences of equal length that are neighbours are computed
together, so a caller that sorts by length pays for the fewest calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, groupby

import torch
from torch import Tensor

from spanbert.shapes import Int


@dataclass(frozen=True)
class Packing:
    """Lengths of the sequences in a flat run of tokens, in order."""

    lengths: tuple[int, ...]

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int]]) -> "Packing":
        """The packing of these sequences, laid end to end."""
        return cls(tuple(len(sequence) for sequence in sequences))

    @cached_property
    def num_tokens(self) -> int:
        """Tokens over all sequences."""
        return sum(self.lengths)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """(number of sequences, their length) for each run of neighbours of equal length."""
        return [(len(list(group)), length) for length, group in groupby(self.lengths)]

    def bounds(self, device: torch.device | None = None) -> Int[Tensor, " bounds"]:
        """0, then where each sequence ends in the flat run, as 32-bit integers."""
        return _bounds(self.lengths, device)

    def starts(self, device: torch.device | None = None) -> Int[Tensor, " batch"]:
        """Position of each sequence's first token in the flat run."""
        lengths = torch.tensor(self.lengths, device=device)
        return torch.cumsum(lengths, 0) - lengths

    def position_ids(self, device: torch.device | None = None) -> Int[Tensor, " tokens"]:
        """Position of each token within its own sequence."""
        lengths = torch.tensor(self.lengths, device=device)
        starts = torch.repeat_interleave(self.starts(device), lengths)
        return torch.arange(self.num_tokens, device=device) - starts


@lru_cache(maxsize=2)  # every layer asks; a copy to a GPU would wait for what it has to do
def _bounds(lengths: tuple[int, ...], device: torch.device | None) -> Int[Tensor, " bounds"]:
    ends = torch.tensor((0, *accumulate(lengths)), dtype=torch.int32)
    return ends.to(device)
