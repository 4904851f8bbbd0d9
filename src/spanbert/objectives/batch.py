"""A masked batch -> tensors: flat tokens, and rows for every objective."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from spanbert.masking.batch import MaskedBatch
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int

NUM_SPECIAL = 2  # [CLS] and [SEP] of each segment; a pair is one piece shorter and has a third


@dataclass(frozen=True)
class PretrainingBatch:
    """A flat batch without padding; rows point into its tokens."""

    token_ids: Int[Tensor, " tokens"]
    token_type_ids: Int[Tensor, " tokens"]
    packing: Packing
    mlm_rows: Int[Tensor, " masked"]
    mlm_targets: Int[Tensor, " masked"]
    sbo_left: Int[Tensor, " rows"]
    sbo_right: Int[Tensor, " rows"]
    sbo_offset: Int[Tensor, " rows"]
    sbo_targets: Int[Tensor, " rows"]
    nsp_rows: Int[Tensor, " pairs"]  # the [CLS] of each pair
    nsp_targets: Int[Tensor, " pairs"]  # 1: the second part is from another document

    def to(self, device: torch.device) -> "PretrainingBatch":
        """The same batch on another device; the copy may go on meanwhile."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def pinned(self) -> "PretrainingBatch":
        """The same batch in memory that a GPU copies from by itself."""
        return self._map(Tensor.pin_memory)

    def _map(self, change: Callable[[Tensor], Tensor]) -> "PretrainingBatch":
        changed = {n: change(value) for n, value in vars(self).items() if isinstance(value, Tensor)}
        return PretrainingBatch(packing=self.packing, **changed)


def target_counts(batch: PretrainingBatch) -> Float[Tensor, " objectives"]:
    """How many targets each objective has: masked tokens, boundary rows, pairs."""
    targets = (batch.mlm_targets, batch.sbo_targets, batch.nsp_targets)
    return torch.tensor([len(part) for part in targets], dtype=torch.float64)


def collate(masked: MaskedBatch) -> PretrainingBatch:
    """The same batch as tensors, which share the memory of its arrays."""
    return PretrainingBatch(
        token_ids=torch.from_numpy(masked.corrupted),
        token_type_ids=torch.from_numpy(masked.token_type_ids),
        packing=Packing(tuple(masked.lengths.tolist())),
        mlm_rows=torch.from_numpy(masked.mlm_rows),
        mlm_targets=torch.from_numpy(masked.mlm_targets),
        sbo_left=torch.from_numpy(masked.sbo_left),
        sbo_right=torch.from_numpy(masked.sbo_right),
        sbo_offset=torch.from_numpy(masked.sbo_offset),
        sbo_targets=torch.from_numpy(masked.sbo_targets),
        nsp_rows=torch.from_numpy(masked.nsp_rows),
        nsp_targets=torch.from_numpy(masked.nsp_targets),
    )
