"""What a worker asks of the others: sums, sums that go on meanwhile, and their parts."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
import torch.distributed as dist
from torch import Tensor

from spanbert.shapes import Shaped


@runtime_checkable
class Workers(Protocol):
    """A group of equal workers, one of which is this one; all of them make the same calls."""

    @property
    def rank(self) -> int:
        """Of this worker, from 0."""
        ...

    @property
    def world_size(self) -> int:
        """How many there are."""
        ...

    def sum(self, tensor: Shaped[Tensor, "..."]) -> None:
        """Add a tensor over all workers, in place."""
        ...

    def start_sum(self, tensor: Shaped[Tensor, "..."]) -> Callable[[], object]:
        """Begin to add a tensor over all workers, in place; what is returned waits for the end."""
        ...

    def gather(self, whole: Shaped[Tensor, "..."]) -> None:
        """Fill a flat tensor of `world_size` equal parts, of which this worker has its own."""
        ...


class Alone:
    """The group of one."""

    rank, world_size = 0, 1

    def sum(self, tensor: Shaped[Tensor, "..."]) -> None:
        """It is its own sum."""

    def start_sum(self, tensor: Shaped[Tensor, "..."]) -> Callable[[], object]:
        """Nothing to wait for."""
        return lambda: None

    def gather(self, whole: Shaped[Tensor, "..."]) -> None:
        """Nothing is missing."""


class ProcessGroup:
    """The processes of torch's default group, each with one device.

    Args:
        device: where the tensors are that this group's backend can add.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank, self.world_size = dist.get_rank(), dist.get_world_size()
        self._device = device

    def sum(self, tensor: Shaped[Tensor, "..."]) -> None:
        """All-reduce, over the device where the tensor is elsewhere."""
        if self.world_size > 1:
            moved = tensor.to(self._device)
            dist.all_reduce(moved)
            tensor.copy_(moved)

    def start_sum(self, tensor: Shaped[Tensor, "..."]) -> Callable[[], object]:
        """All-reduce in the backend's own threads or stream; the tensor must be on the device."""
        work = dist.all_reduce(tensor, async_op=True)
        return work.wait if work else lambda: None

    def gather(self, whole: Shaped[Tensor, "..."]) -> None:
        """All-gather in place; the tensor must be on the device."""
        own = whole.view(self.world_size, -1)[self.rank].clone()
        dist.all_gather_into_tensor(whole, own)


ALONE = Alone()
