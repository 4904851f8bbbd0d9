"""A batch of masked segments as flat arrays, and each of its segments to look at."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spanbert.masking.spans import masked_runs
from spanbert.masking.targets import BoundaryTargets
from spanbert.shapes import Bool, Int
from spanbert.shards.gather import Segments


@dataclass(frozen=True, slots=True)
class MaskedSegment:
    """A segment with its special tokens, as the model sees it, and what it must predict.

    All positions count tokens of `ids`: [CLS] first part [SEP], and second part [SEP] where there
    is one.
    """

    ids: Int[np.ndarray, " seq"]  # before corruption
    corrupted: Int[np.ndarray, " seq"]
    word_starts: Bool[np.ndarray, " seq"]  # True at special tokens
    blocks: list[tuple[int, int]]  # half-open, one for each part
    spans: Int[np.ndarray, "spans 2"]
    masked: Int[np.ndarray, " masked"]  # positions
    replacements: Int[np.ndarray, " masked"]  # a `Replacement` for each of them
    boundary: BoundaryTargets
    is_random_next: bool | None  # the answer of next sentence prediction; None: not asked

    @property
    def token_type_ids(self) -> Int[np.ndarray, " seq"]:
        """0 up to the first [SEP], 1 after it."""
        return (np.arange(len(self.ids)) > self.blocks[0][1]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """Masked segments with their special tokens, end to end; rows point into all their tokens."""

    segments: Segments  # as they were read
    corrupted: Int[np.ndarray, " tokens"]  # what the model sees
    token_type_ids: Int[np.ndarray, " tokens"]  # 0 up to a segment's first [SEP], 1 after it
    lengths: Int[np.ndarray, " batch"]
    mlm_rows: Int[np.ndarray, " masked"]
    mlm_targets: Int[np.ndarray, " masked"]
    replacements: Int[np.ndarray, " masked"]  # a `Replacement` for each masked token
    sbo_rows: Int[np.ndarray, " rows"]  # the masked tokens that have a boundary target
    sbo_left: Int[np.ndarray, " rows"]
    sbo_right: Int[np.ndarray, " rows"]
    sbo_offset: Int[np.ndarray, " rows"]
    sbo_targets: Int[np.ndarray, " rows"]
    nsp_rows: Int[np.ndarray, " pairs"]  # the [CLS] of each pair
    nsp_targets: Int[np.ndarray, " pairs"]  # 1: the second part is from another document

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[MaskedSegment]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> MaskedSegment:
        """One segment, with positions of its own; slow."""
        ends = np.cumsum(self.lengths)
        place = range(len(self))[index]  # raises IndexError
        start, end = int(ends[place] - self.lengths[place]), int(ends[place])
        masked = slice(*np.searchsorted(self.mlm_rows, [start, end]))
        rows = slice(*np.searchsorted(self.sbo_rows, [start, end]))
        positions, ids = self.mlm_rows[masked] - start, self.corrupted[start:end].copy()
        ids[positions] = self.mlm_targets[masked]
        return MaskedSegment(
            ids=ids,
            corrupted=self.corrupted[start:end],
            word_starts=self._word_starts(place),
            blocks=self._blocks(place),
            spans=masked_runs(np.isin(np.arange(end - start), positions)),
            masked=positions,
            replacements=self.replacements[masked],
            boundary=BoundaryTargets(
                self.sbo_rows[rows] - start,
                self.sbo_left[rows] - start,
                self.sbo_right[rows] - start,
                self.sbo_offset[rows],
            ),
            is_random_next=bool(self.nsp_targets[place]) if len(self.nsp_targets) else None,
        )

    def _word_starts(self, index: int) -> Bool[np.ndarray, " seq"]:
        read = self.segments
        end = int(read.lengths[: index + 1].sum())
        starts = read.word_starts[end - int(read.lengths[index]) : end]
        split, size = int(read.splits[index]), len(starts)
        return np.insert(starts, [0, split, size] if split else [0, size], True)

    def _blocks(self, index: int) -> list[tuple[int, int]]:
        """Where the parts stand among the special tokens."""
        split, size = int(self.segments.splits[index]), int(self.segments.lengths[index])
        return [(1, split + 1), (split + 2, size + 2)] if split else [(1, size + 1)]
