"""All parameters as one run of numbers, and all gradients as another.

One norm, one scale, one sum over workers, one update; a worker can take a part of it by its place.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from spanbert.shapes import Float

_ALIGNMENT = 16  # numbers: 64 bytes, what vector instructions and matrix kernels want

_NORM_CHUNK = 1 << 16  # numbers


class FlatParameters:
    """Makes every parameter a view of one tensor, and its gradient a view of another.

    The gaps between parameters, and their gradients, are zero and stay so.

    Args:
        groups: parameters by what the optimizer does to them.
        num_parts: each group has so many equal parts, aligned as parameters are: an update rounds
            the tail of vectors otherwise than their inside.

    Attributes:
        values, gradients: of all groups, in order.
        groups: where each group lies.
        places: where each parameter lies.
    """

    def __init__(self, groups: Sequence[Sequence[nn.Parameter]], num_parts: int = 1) -> None:
        self.places: dict[nn.Parameter, slice] = {}
        self.groups: list[slice] = []
        end = 0
        for group in groups:
            start = end
            for parameter in group:
                self.places[parameter] = slice(end, end + parameter.numel())
                end = _next(end + parameter.numel(), _ALIGNMENT)
            end = start + _next(end - start, _ALIGNMENT * num_parts)
            self.groups.append(slice(start, end))
        device = groups[0][0].device
        self.values: Float[Tensor, " parameters"] = torch.zeros(end, device=device)
        self.gradients: Float[Tensor, " parameters"] = torch.zeros(end, device=device)
        self._take_over()

    def _take_over(self) -> None:
        for parameter, place in self.places.items():
            value = self.values[place].view_as(parameter)
            value.copy_(parameter.detach())
            parameter.data = value
            parameter.grad = self.gradients[place].view_as(parameter)

    def clip(self, max_norm: float) -> Float[Tensor, ""]:
        """Scale down to `max_norm` where the global norm exceeds it; returns the norm before."""
        norm = self.norm()
        self.gradients.mul_(torch.clamp(max_norm / (norm + 1e-6), max=1.0))
        return norm

    def norm(self) -> Float[Tensor, ""]:
        """Of all gradients: the norm of the norms of chunks.

        torch adds up fp32 squares in fp32: over 112 million of them at once it is 1.2 % too small.
        """
        tail = len(self.gradients) % _NORM_CHUNK
        whole = self.gradients[: len(self.gradients) - tail].view(-1, _NORM_CHUNK)
        last = self.gradients[len(self.gradients) - tail :]
        norms = [torch.linalg.vector_norm(whole, dim=1), torch.linalg.vector_norm(last)[None]]
        return torch.linalg.vector_norm(torch.cat(norms))

    def views(
        self, flat: Float[Tensor, " parameters"]
    ) -> Iterator[tuple[nn.Parameter, Float[Tensor, "..."]]]:
        """Other numbers laid out as these are, in the shape of each parameter."""
        for parameter, place in self.places.items():
            yield parameter, flat[place].view_as(parameter)


def _next(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
