"""Parameter groups -> AdamW with a learning rate, a schedule and a clip for each.

`task.py` says what a group is; most tasks have one.
"""

from collections.abc import Sequence

import torch
from torch import nn

from spanbert.tasks.task import ParameterGroup
from spanbert.training.optimizer import decay_groups
from spanbert.training.schedule import learning_rate_at


class GroupedAdamW:
    """Fused AdamW over groups; all rates go down linearly to nothing.

    Args:
        max_grad_norm: of each group's gradient.
        num_steps: of the whole training.
    """

    def __init__(
        self, groups: Sequence[ParameterGroup], max_grad_norm: float, num_steps: int
    ) -> None:
        self._groups, self._num_steps = groups, num_steps
        self._max_grad_norm = max_grad_norm
        parts = [
            (place, part)
            for place, group in enumerate(groups)
            for part in decay_groups(group.module, group.weight_decay, "matrices")
        ]
        self._owners = [place for place, _ in parts]
        self._adamw = torch.optim.AdamW(
            [part | {"eps": groups[place].epsilon} for place, part in parts], fused=True
        )

    def zero_grad(self) -> None:
        """Forget the gradients that are there."""
        self._adamw.zero_grad()

    def clip(self) -> dict[str, float]:
        """Scale down each group's gradient that is too long; "grad_norm" of each before that."""
        return {
            _figure("grad_norm", group): nn.utils.clip_grad_norm_(
                group.module.parameters(), self._max_grad_norm
            ).item()
            for group in self._groups
        }

    def step(self, number: int) -> dict[str, float]:
        """Update all weights at a step, counted from 0; the "learning_rate" of each group."""
        rates = [self._rate(group, number) for group in self._groups]
        for place, part in zip(self._owners, self._adamw.param_groups, strict=True):
            part["lr"] = rates[place]
        self._adamw.step()
        pairs = zip(self._groups, rates, strict=True)
        return {_figure("learning_rate", group): rate for group, rate in pairs}

    def _rate(self, group: ParameterGroup, number: int) -> float:
        return learning_rate_at(
            number,
            peak=group.learning_rate,
            warmup_steps=int(group.warmup_fraction * self._num_steps),
            num_steps=self._num_steps,
        )


def _figure(name: str, group: ParameterGroup) -> str:
    return f"{name}_{group.name}" if group.name else name
