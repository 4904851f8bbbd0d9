"""All that resuming needs, as tensors and plain values.

The place in the data, the masks and the dropout of a step are functions of (seed, step), so the
step is the only cursor. What the rule for gradient spikes has seen goes with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from spanbert.errors import CheckpointError

_MOST_ROWS = 4  # of a refusal


@runtime_checkable
class Optimizer(Protocol):
    """What has moments by "<parameter name>.<moment>"."""

    def moments(self) -> dict[str, Tensor]:
        """Copies of all of them; empty before the first update."""
        ...

    def restore(self, step: int, moments: dict[str, Tensor]) -> None:
        """Go on after `step` updates with these."""
        ...


@dataclass(frozen=True)
class SpikeRecord:
    """What the rule for gradient spikes has seen (`training/spikes.py`)."""

    norms: Sequence[float] = ()  # the last accepted ones, oldest first
    skipped: int = 0
    in_a_row: int = 0


@dataclass(frozen=True)
class TrainingState:
    """Training after `step` finished steps."""

    step: int
    model: dict[str, Tensor]  # by parameter name
    optimizer: dict[str, Tensor]  # by "<parameter name>.<moment>"; empty before the first update
    spikes: SpikeRecord = field(default_factory=SpikeRecord)
    origin: Mapping[str, Any] = field(default_factory=dict)  # where it was computed: exactness.py


def capture(
    step: int,
    model: torch.nn.Module,
    optimizer: Optimizer,
    spikes: SpikeRecord,
    origin: Mapping[str, Any],
) -> TrainingState:
    """A copy of the state of a model and its optimizer after `step` steps.

    All workers must ask where each has a part of the moments. The copies are on the CPU.
    """
    weights = {name: _copy(tensor) for name, tensor in model.state_dict().items()}
    moments = {name: tensor.cpu() for name, tensor in optimizer.moments().items()}
    return TrainingState(step, weights, moments, spikes, origin)


def restore(state: TrainingState, model: torch.nn.Module, optimizer: Optimizer) -> None:
    """Put a state back, to the bit.

    Raises:
        CheckpointError: names or shapes differ; tells which, with both.
    """
    _check(state.model, dict(model.state_dict()))
    model.load_state_dict(state.model)
    updates = state.step - state.spikes.skipped
    if updates:
        optimizer.restore(updates, state.optimizer)


def plain_values(state: TrainingState) -> dict[str, Any]:
    """All of a state that is no tensor, for JSON."""
    return {"step": state.step, "spikes": asdict(state.spikes), "origin": dict(state.origin)}


def from_plain(
    values: Mapping[str, Any], model: dict[str, Tensor], optimizer: dict[str, Tensor]
) -> TrainingState:
    """The state whose `plain_values` these are; the first format had the step alone."""
    spikes = SpikeRecord(**values.get("spikes", {}))
    return TrainingState(int(values["step"]), model, optimizer, spikes, values.get("origin", {}))


def _copy(tensor: Tensor) -> Tensor:
    return torch.empty_like(tensor, device="cpu").copy_(tensor.detach())


def _check(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    rows = []
    for name in sorted(set(found) | set(expected)):
        here = tuple(found[name].shape) if name in found else "absent"
        wanted = tuple(expected[name].shape) if name in expected else "absent"
        if here != wanted:
            rows.append(f"{name} is {here} in the checkpoint, {wanted} in the model")
    if rows:
        more = f"; and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
        raise CheckpointError(
            "; ".join(rows[:_MOST_ROWS]) + more,
            remedy="use the settings that the checkpoint was made with",
        )
