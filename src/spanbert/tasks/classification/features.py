"""Sequences of pieces -> the model's inputs, end to end in a few arrays; an `Input` is a view.

What the pieces of an example are is said by its kind: `problem.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import SupportsIndex, overload

import numpy as np
import torch
from torch import Tensor

from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int

Label = str | float  # a name, or the number that is to be predicted
_UNKNOWN = -1  # the target of an example whose label no output stands for


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One input of the model."""

    source: "Inputs"
    row: int

    @property
    def example_id(self) -> str:
        """The example's id."""
        return self.source.example_ids[self.row]

    @property
    def num_tokens(self) -> int:
        """Its pieces, special tokens included."""
        return int(self.source.lengths[self.row])


@dataclass(frozen=True, eq=False)
class Inputs(Sequence[Input]):
    """The inputs of examples, in their order.

    Attributes:
        labels: what each example is annotated with; None where it is not.
    """

    example_ids: Sequence[str]
    labels: Sequence[Label | None]
    token_ids: Int[np.ndarray, " tokens"]  # of all inputs, end to end
    lengths: Int[np.ndarray, " inputs"]  # tokens of each
    first_lengths: Int[np.ndarray, " inputs"]  # its tokens of type 0; those behind are of type 1
    targets: Int[np.ndarray, " inputs"] | Float[np.ndarray, " inputs"]  # the output that stands for
    # the label, -1 where none does; or the number that is to be predicted, NaN where there is none

    @classmethod
    def of(
        cls,
        example_ids: Sequence[str],
        labels: Sequence[Label | None],
        sequences: Sequence[Int[np.ndarray, "..."]],
        first_lengths: Sequence[int],
        outputs: Sequence[str],
    ) -> "Inputs":
        """The inputs of these sequences.

        Args:
            outputs: the label that each output stands for; none: a number is predicted.
        """
        return cls(
            example_ids,
            labels,
            np.concatenate([np.zeros(0, dtype=np.int64), *sequences]),
            np.array([len(sequence) for sequence in sequences], dtype=np.int64),
            np.array(first_lengths, dtype=np.int64),
            _targets(labels, outputs),
        )

    @cached_property
    def ends(self) -> Int[np.ndarray, " inputs"]:
        """Where each input ends among the tokens of all."""
        return np.cumsum(self.lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Input: ...
    @overload
    def __getitem__(self, index: slice) -> list[Input]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Input | list[Input]:
        if isinstance(index, slice):
            return [Input(self, row) for row in range(*index.indices(len(self)))]
        return Input(self, range(len(self))[index])


@dataclass(frozen=True)
class InputBatch:
    """Inputs laid end to end, on the model's device."""

    token_ids: Int[Tensor, " tokens"]
    token_type_ids: Int[Tensor, " tokens"]
    packing: Packing
    targets: Int[Tensor, " batch"] | Float[Tensor, " batch"]


def batch_of(inputs: Sequence[Input], device: torch.device) -> InputBatch:
    """Inputs of one source in this order, as tensors."""
    source = inputs[0].source
    assert all(one.source is source for one in inputs), "inputs of different sources"
    return batch_of_rows(source, np.array([one.row for one in inputs]), device)


def batch_of_rows(
    inputs: Inputs, rows: Int[np.ndarray, " batch"], device: torch.device
) -> InputBatch:
    """Some inputs in the order of their numbers here, as tensors."""
    lengths, firsts = inputs.lengths[rows], inputs.first_lengths[rows]
    shifts = inputs.ends[rows] - np.cumsum(
        lengths
    )  # from a place in the batch to that in the source
    places = np.repeat(shifts, lengths) + np.arange(lengths.sum())
    types = np.repeat(np.tile([0, 1], len(rows)), np.stack([firsts, lengths - firsts], 1).ravel())
    return InputBatch(
        token_ids=torch.from_numpy(inputs.token_ids[places]).to(device),
        token_type_ids=torch.from_numpy(types).to(device),
        packing=Packing(tuple(lengths.tolist())),
        targets=torch.from_numpy(inputs.targets[rows]).to(device),
    )


def _targets(
    labels: Sequence[Label | None], outputs: Sequence[str]
) -> Int[np.ndarray, " inputs"] | Float[np.ndarray, " inputs"]:
    if not outputs:
        return np.array([np.nan if one is None else one for one in labels], dtype=np.float32)
    numbers: dict[Label | None, int] = {label: number for number, label in enumerate(outputs)}
    return np.array([numbers.get(one, _UNKNOWN) for one in labels], dtype=np.int64)
