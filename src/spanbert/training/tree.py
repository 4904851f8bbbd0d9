"""Gradients of parts added as one fixed binary tree: the same bits for any number of workers.

Floating-point sums depend on their order. Here part 0 meets part 1, parts 2 and 3 meet, then the
two sums meet, and so on. A worker has neighbouring parts, a subtree of its own; the workers' sums
are gathered and added as the upper part of the same tree.
"""

from torch import Tensor

from spanbert.shapes import Float
from spanbert.training.flat import FlatParameters
from spanbert.training.workers import Workers

_CHUNK_NUMBERS = 1 << 22  # gathered at once from each worker: 16 MiB


class TreeSum:
    """Sums flat gradients over parts and workers; the numbers of both are powers of two."""

    def __init__(self, flat: FlatParameters, workers: Workers) -> None:
        self._flat, self._workers = flat, workers
        self._waiting: list[tuple[int, Tensor]] = []  # (height, sum) of subtrees, high ones first

    def listen(self) -> None:
        """Nothing can start before the last gradient is there."""

    def end_part(self) -> None:
        """The gradients that are there are a part's: put them into the tree, and begin anew."""
        height, total = 0, self._flat.gradients.clone()
        while self._waiting and self._waiting[-1][0] == height:
            total = self._waiting.pop()[1].add_(total)
            height += 1
        self._waiting.append((height, total))
        self._flat.gradients.zero_()

    def finish(self) -> None:
        """Leave the sum over all parts of all workers as the gradients."""
        ((_, own),) = self._waiting
        self._waiting = []
        for chunk, target in zip(
            own.split(_CHUNK_NUMBERS), self._flat.gradients.split(_CHUNK_NUMBERS), strict=True
        ):
            target.copy_(tree_sum(self._gathered(chunk)))

    def _gathered(self, chunk: Float[Tensor, " numbers"]) -> Float[Tensor, "workers numbers"]:
        whole = chunk.new_empty(self._workers.world_size, len(chunk))
        whole[self._workers.rank] = chunk
        self._workers.gather(whole.view(-1))
        return whole


def tree_sum(rows: Float[Tensor, "rows numbers"]) -> Float[Tensor, " numbers"]:
    """Neighbours added in pairs until one row is left; the number of rows is a power of two."""
    while len(rows) > 1:
        rows = rows[0::2] + rows[1::2]
    return rows[0]
