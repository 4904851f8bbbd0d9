"""Gradients summed over workers bucket by bucket, while the backward pass goes on.

Gradients come in about the reverse order of the parameters. A bucket's sum starts when all its
gradients are there, and never before that of the bucket ahead of it, so that all workers start the
same sums in the same order whatever they compute.
"""

from collections.abc import Callable

from torch import nn

from spanbert.training.flat import FlatParameters
from spanbert.training.workers import Workers

BUCKET_BYTES = 25 << 20  # what torch's own data-parallel wrapper takes


class OverlappedSum:
    """Sums flat gradients over workers.

    Args:
        bucket_bytes: least size of a bucket.
    """

    def __init__(
        self, flat: FlatParameters, workers: Workers, bucket_bytes: int = BUCKET_BYTES
    ) -> None:
        self._flat, self._workers = flat, workers
        self._buckets: list[slice] = []
        self._bucket_of: dict[nn.Parameter, int] = {}
        for group in flat.groups:
            self._cut(group, bucket_bytes // flat.gradients.element_size())
        self._sizes = [0] * len(self._buckets)
        for parameter, bucket in self._bucket_of.items():
            self._sizes[bucket] += 1
            parameter.register_post_accumulate_grad_hook(self._has_come)
        self._missing: list[int] | None = None  # of each bucket; None: not listening
        self._waits: list[Callable[[], object]] = []

    def _cut(self, group: slice, bucket_size: int) -> None:
        """Cut a group into buckets from its end."""
        stop = group.stop
        inside = [p for p, place in self._flat.places.items() if group.start <= place.start < stop]
        for parameter in reversed(inside):
            start = self._flat.places[parameter].start
            self._bucket_of[parameter] = len(self._buckets)
            if stop - start >= bucket_size or parameter is inside[0]:
                self._buckets.append(slice(start, stop))
                stop = start

    def listen(self) -> None:
        """The next backward pass is the step's last: start sums as gradients come."""
        self._missing = list(self._sizes)

    def end_part(self) -> None:
        """Gradients of all parts are added up where they are."""

    def finish(self) -> None:
        """Start what has not been, and wait for all of it."""
        while len(self._waits) < len(self._buckets):
            self._start_next()
        for wait in self._waits:
            wait()
        self._waits, self._missing = [], None

    def _has_come(self, parameter: nn.Parameter) -> None:
        if self._missing is None:
            return
        self._missing[self._bucket_of[parameter]] -= 1
        while len(self._waits) < len(self._buckets) and not self._missing[len(self._waits)]:
            self._start_next()

    def _start_next(self) -> None:
        bucket = self._buckets[len(self._waits)]
        self._waits.append(self._workers.start_sum(self._flat.gradients[bucket]))
