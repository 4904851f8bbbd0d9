"""AdamW groups: who decays, who does not; and gradients in one flat buffer."""

from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.training.config import TrainingConfig


def build_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """Fused AdamW; the learning rate is set at each step by the caller."""
    return torch.optim.AdamW(
        decay_groups(model, config.weight_decay, config.decay),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.epsilon,
        fused=True,
    )


def decay_groups(
    model: nn.Module, weight_decay: float, decay: Literal["matrices", "all"]
) -> list[dict[str, object]]:
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


class FlatGradients:
    """One buffer that all gradients are views of: one norm, one scale, one sum over workers."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        kept = list(parameters)
        size = sum(p.numel() for p in kept)
        self.flat: Float[Tensor, " parameters"] = torch.zeros(size, device=kept[0].device)
        start = 0
        for parameter in kept:
            view = self.flat[start : start + parameter.numel()]
            parameter.grad = view.view_as(parameter)
            start += parameter.numel()

    def zero(self) -> None:
        """Forget the last step's gradients."""
        self.flat.zero_()

    def clip(self, max_norm: float) -> Float[Tensor, ""]:
        """Scale down to `max_norm` where the global norm exceeds it; returns the norm before."""
        norm = self.flat.norm()
        self.flat.mul_(torch.clamp(max_norm / (norm + 1e-6), max=1.0))
        return norm
