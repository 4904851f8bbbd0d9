"""Masked segments -> a flat batch with rows for every objective."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spanbert.masking.segment import MaskedSegment
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


def collate(segments: Sequence[MaskedSegment]) -> PretrainingBatch:
    """Lay masked segments end to end."""
    packing = Packing(tuple(len(s.ids) for s in segments))
    first = (np.cumsum((0, *packing.lengths[:-1]))).tolist()  # token of each segment

    def rows(positions: list[np.ndarray]) -> Tensor:
        return _flat([p + start for p, start in zip(positions, first, strict=True)])

    asked = [(start, s) for start, s in zip(first, segments, strict=True)]
    asked = [(start, s.is_random_next) for start, s in asked if s.is_random_next is not None]
    return PretrainingBatch(
        token_ids=_flat([s.corrupted for s in segments]),
        token_type_ids=_flat([s.token_type_ids for s in segments]),
        packing=packing,
        mlm_rows=rows([s.masked for s in segments]),
        mlm_targets=_flat([s.ids[s.masked] for s in segments]),
        sbo_left=rows([s.boundary.left for s in segments]),
        sbo_right=rows([s.boundary.right for s in segments]),
        sbo_offset=_flat([s.boundary.offset for s in segments]),
        sbo_targets=_flat([s.ids[s.boundary.position] for s in segments]),
        nsp_rows=torch.tensor([start for start, _ in asked], dtype=torch.int64),
        nsp_targets=torch.tensor([int(answer) for _, answer in asked], dtype=torch.int64),
    )


def _flat(parts: list[np.ndarray]) -> Int[Tensor, " n"]:
    return torch.from_numpy(np.concatenate(parts))
