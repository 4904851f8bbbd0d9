"""All that resuming needs, as tensors and plain values.

The place in the data, the masks and the dropout of a step are functions of (seed, step), so the
step is the only cursor.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from spanbert.errors import CheckpointError

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class TrainingState:
    """Training after `step` finished steps."""

    step: int
    model: dict[str, Tensor]  # by parameter name
    optimizer: dict[str, Tensor]  # by "<parameter name>.<moment>"; empty before the first step


def capture(step: int, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> TrainingState:
    """The state of a model and its AdamW after `step` steps; tensors are shared, not copied."""
    moments = {
        f"{name}.{moment}": optimizer.state[parameter][moment]
        for name, parameter in model.named_parameters()
        if parameter in optimizer.state
        for moment in _MOMENTS
    }
    return TrainingState(step, dict(model.state_dict()), moments)


def restore(state: TrainingState, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a state back, to the bit.

    Raises:
        CheckpointError: names or shapes differ; the first difference is told.
    """
    _check(state.model, dict(model.state_dict()))
    model.load_state_dict(state.model)
    for name, parameter in model.named_parameters():
        optimizer.state[parameter] = {
            "step": torch.tensor(float(state.step)),
            **{m: state.optimizer[f"{name}.{m}"].to(parameter.device) for m in _MOMENTS},
        }


def _check(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    for name in sorted(set(found) | set(expected)):
        here = tuple(found[name].shape) if name in found else "absent"
        wanted = tuple(expected[name].shape) if name in expected else "absent"
        if here != wanted:
            raise CheckpointError(
                f"{name} is {here} in the checkpoint, {wanted} in the model",
                remedy="use the settings that the checkpoint was made with",
            )
