"""AdamW over flat parameters: who decays, who does not, and which worker updates which part."""

import math
from typing import Any, Literal

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.training.config import TrainingConfig
from spanbert.training.flat import FlatParameters
from spanbert.training.workers import ALONE, Workers

_MOMENTS = ("exp_avg", "exp_avg_sq")


class FlatAdamW:
    """Fused AdamW of a model whose parameters it lays flat.

    With `training.shard_optimizer` each worker keeps the moments of its own part alone (ZeRO,
    stage 1), updates that part and is sent the others; the weights are the same to the bit.

    Attributes:
        flat: the parameters and their gradients.
    """

    def __init__(self, model: nn.Module, config: TrainingConfig, workers: Workers = ALONE) -> None:
        groups = decay_groups(model, config.weight_decay, config.decay)
        self._names = {parameter: name for name, parameter in model.named_parameters()}
        self._workers = workers
        self._num_parts = workers.world_size if config.shard_optimizer else 1
        # laid out for any number of workers, so that all have the same layout
        num_parts = math.lcm(self._num_parts, config.parts)
        self.flat = FlatParameters([group["params"] for group in groups], num_parts)
        self._parts = [self._part(group) for group in self.flat.groups]
        rates = [group["weight_decay"] for group in groups]
        self._adamw = torch.optim.AdamW(
            [
                {"params": [part], "weight_decay": rate}
                for part, rate in zip(self._parts, rates, strict=True)
            ],
            lr=config.learning_rate,
            betas=(config.beta1, config.beta2),
            eps=config.epsilon,
            fused=True,
        )

    def _part(self, group: slice) -> nn.Parameter:
        """What this worker updates of a group, with its gradient."""
        part = nn.Parameter(self._own(self.flat.values[group]))
        part.grad = self._own(self.flat.gradients[group])
        return part

    def step(self, learning_rate: float) -> None:
        """Update all weights by the gradients that are there."""
        for group in self._adamw.param_groups:
            group["lr"] = learning_rate
        self._adamw.step()
        for group in self.flat.groups:
            self._gather(self.flat.values[group])

    def moments(self) -> dict[str, Float[Tensor, "..."]]:
        """By "<parameter name>.<moment>"; none before the first step. All workers must ask."""
        if not self._adamw.state:
            return {}
        return {
            f"{self._names[parameter]}.{moment}": tensor
            for moment in _MOMENTS
            for parameter, tensor in self.flat.views(self._whole(moment))
        }

    def restore(self, step: int, moments: dict[str, Float[Tensor, "..."]]) -> None:
        """Go on after `step` steps with these moments."""
        for part in self._parts:
            self._adamw.state[part] = {"step": torch.tensor(float(step))}
        for moment in _MOMENTS:
            whole = torch.zeros_like(self.flat.values)
            for parameter, view in self.flat.views(whole):
                view.copy_(moments[f"{self._names[parameter]}.{moment}"])
            for part, group in zip(self._parts, self.flat.groups, strict=True):
                self._adamw.state[part][moment] = self._own(whole[group]).clone()

    def _whole(self, moment: str) -> Float[Tensor, " parameters"]:
        """A moment of all parameters, with the parts of the other workers."""
        whole = torch.zeros_like(self.flat.values)
        for part, group in zip(self._parts, self.flat.groups, strict=True):
            self._own(whole[group]).copy_(self._adamw.state[part][moment])
            self._gather(whole[group])
        return whole

    def _own(self, group: Float[Tensor, " group"]) -> Float[Tensor, " part"]:
        """This worker's part of a group's numbers."""
        return group.view(self._num_parts, -1)[self._workers.rank % self._num_parts]

    def _gather(self, group: Float[Tensor, " group"]) -> None:
        if self._num_parts > 1:
            self._workers.gather(group)


def decay_groups(
    model: nn.Module, weight_decay: float, decay: Literal["matrices", "all"]
) -> list[dict[str, Any]]:
    """Parameter groups: decayed ones first, the others after.

    Args:
        decay: "matrices" leaves out biases and layer norms; "all" decays everything, as the
            paper's code does by flattening all parameters into one.
    """
    parameters = list(model.parameters())
    decayed = [p for p in parameters if decay == "all" or p.ndim > 1]
    others = [p for p in parameters if not (decay == "all" or p.ndim > 1)]
    groups = [(decayed, weight_decay), (others, 0.0)]
    return [{"params": params, "weight_decay": rate} for params, rate in groups if params]
