"""Masked segments -> a flat batch with rows for both objectives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spanbert.masking.segment import MaskedSegment
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int

NUM_SPECIAL = 2  # [CLS] and [SEP] of each segment


@dataclass(frozen=True)
class PretrainingBatch:
    """A flat batch without padding; rows point into its tokens."""

    token_ids: Int[Tensor, " tokens"]
    packing: Packing
    mlm_rows: Int[Tensor, " masked"]
    mlm_targets: Int[Tensor, " masked"]
    sbo_left: Int[Tensor, " rows"]
    sbo_right: Int[Tensor, " rows"]
    sbo_offset: Int[Tensor, " rows"]
    sbo_targets: Int[Tensor, " rows"]

    def to(self, device: torch.device) -> "PretrainingBatch":
        """The same batch on another device."""
        moved = {
            name: value.to(device, non_blocking=True)
            for name, value in vars(self).items()
            if isinstance(value, Tensor)
        }
        return PretrainingBatch(packing=self.packing, **moved)


def target_counts(batch: PretrainingBatch) -> Float[Tensor, " two"]:
    """How many targets each objective has: (masked tokens, boundary rows)."""
    return torch.tensor([len(batch.mlm_targets), len(batch.sbo_targets)], dtype=torch.float64)


def collate(segments: Sequence[MaskedSegment], cls_id: int, sep_id: int) -> PretrainingBatch:
    """Lay masked segments end to end, each between [CLS] and [SEP]."""
    packing = Packing(tuple(len(s.ids) + NUM_SPECIAL for s in segments))
    # position 0 of a segment stands after its [CLS]
    first = (np.cumsum((0, *packing.lengths[:-1])) + 1).tolist()
    framed = [part for s in segments for part in ([cls_id], s.corrupted, [sep_id])]

    def rows(positions: list[np.ndarray]) -> Tensor:
        shifted = [p + start for p, start in zip(positions, first, strict=True)]
        return torch.from_numpy(np.concatenate(shifted))

    return PretrainingBatch(
        token_ids=torch.from_numpy(np.concatenate(framed)),
        packing=packing,
        mlm_rows=rows([s.masked for s in segments]),
        mlm_targets=torch.from_numpy(np.concatenate([s.ids[s.masked] for s in segments])),
        sbo_left=rows([s.boundary.left for s in segments]),
        sbo_right=rows([s.boundary.right for s in segments]),
        sbo_offset=torch.from_numpy(np.concatenate([s.boundary.offset for s in segments])),
        sbo_targets=torch.from_numpy(
            np.concatenate([s.ids[s.boundary.position] for s in segments])
        ),
    )
