"""All that resuming needs, as tensors and plain values.

The place in the data, the masks and the dropout of a step are functions of (seed, step), so the
step is the only cursor.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from spanbert.errors import CheckpointError


@runtime_checkable
class Optimizer(Protocol):
    """What has moments by "<parameter name>.<moment>"."""

    def moments(self) -> dict[str, Tensor]:
        """All of them; empty before the first step."""
        ...

    def restore(self, step: int, moments: dict[str, Tensor]) -> None:
        """Go on after `step` steps with these."""
        ...


@dataclass(frozen=True)
class TrainingState:
    """Training after `step` finished steps."""

    step: int
    model: dict[str, Tensor]  # by parameter name
    optimizer: dict[str, Tensor]  # by "<parameter name>.<moment>"; empty before the first step


def capture(step: int, model: torch.nn.Module, optimizer: Optimizer) -> TrainingState:
    """The state of a model and its optimizer after `step` steps.

    All workers must ask where each has a part of the moments. Tensors may be shared.
    """
    return TrainingState(step, dict(model.state_dict()), optimizer.moments())


def restore(state: TrainingState, model: torch.nn.Module, optimizer: Optimizer) -> None:
    """Put a state back, to the bit.

    Raises:
        CheckpointError: names or shapes differ; the first difference is told.
    """
    _check(state.model, dict(model.state_dict()))
    model.load_state_dict(state.model)
    optimizer.restore(state.step, state.optimizer)


def _check(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    for name in sorted(set(found) | set(expected)):
        here = tuple(found[name].shape) if name in found else "absent"
        wanted = tuple(expected[name].shape) if name in expected else "absent"
        if here != wanted:
            raise CheckpointError(
                f"{name} is {here} in the checkpoint, {wanted} in the model",
                remedy="use the settings that the checkpoint was made with",
            )
