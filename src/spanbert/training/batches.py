"""Which segments each part of a batch has: a pure function of the step.

Every epoch is a fresh permutation cut into the same number of batches of nearly equal size, so the
place in the data needs no state: a resumed run asks for the same step and gets the same segments.
A batch has a fixed number of parts, and each worker takes as many as the others.
"""

from collections.abc import Iterator

import numpy as np

from spanbert.errors import ConfigError
from spanbert.objectives.batch import NUM_SPECIAL
from spanbert.rng import stream
from spanbert.shapes import Int


class BatchPlan:
    """Which segments make up each step's global batch.

    Args:
        lengths: pieces of each segment.
        batch_tokens: tokens of a global batch, [CLS] and [SEP] included; batches are this size or
            a little larger, so that each epoch has a whole number of them.
        seed: of the run.

    Raises:
        ConfigError: a batch would not hold the longest segment.
    """

    def __init__(self, lengths: Int[np.ndarray, " segments"], batch_tokens: int, seed: int) -> None:
        self._lengths, self._seed = lengths + NUM_SPECIAL, seed
        longest = int(self._lengths.max())
        if batch_tokens < longest:
            raise ConfigError(
                f"training.batch_tokens = {batch_tokens} is below the longest segment, {longest}",
                remedy=f"--set training.batch_tokens={longest} or more",
            )
        total = int(self._lengths.sum())
        self.batches_per_epoch = max(1, total // batch_tokens)
        self._batch_tokens = total / self.batches_per_epoch
        self._order: tuple[int, np.ndarray] | None = None

    def epoch_of(self, step: int) -> int:
        """Which pass over the data a step belongs to; steps count from 0."""
        return step // self.batches_per_epoch

    def segments(self, step: int) -> Int[np.ndarray, " batch"]:
        """Segment numbers of a step's global batch, longest first."""
        epoch, index = divmod(step, self.batches_per_epoch)
        order = self._order_of(epoch)
        lengths = self._lengths[order]
        begins = np.cumsum(lengths) - lengths
        first, last = np.searchsorted(
            begins, [index * self._batch_tokens, (index + 1) * self._batch_tokens]
        )
        chosen = order[first:last]
        return chosen[np.argsort(-self._lengths[chosen], kind="stable")]

    def micro_batches(
        self, step: int, part: int, num_parts: int, micro_batch_tokens: int
    ) -> Iterator[Int[np.ndarray, " batch"]]:
        """One part of a step's batch, cut so that each piece fits one forward pass."""
        mine = self.segments(step)[part::num_parts]
        ends = np.cumsum(self._lengths[mine])
        piece = (ends - 1) // micro_batch_tokens
        return (mine[piece == number] for number in np.unique(piece))

    def _order_of(self, epoch: int) -> Int[np.ndarray, " segments"]:
        if self._order is None or self._order[0] != epoch:
            order = stream(self._seed, "order", epoch).permutation(len(self._lengths))
            self._order = (epoch, order)
        return self._order[1]
