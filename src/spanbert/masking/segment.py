"""One segment, masked: a pure function of (seed, epoch, segment number)."""

from dataclasses import dataclass

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.corruption import corrupted_ids, sample_replacements
from spanbert.masking.spans import sample_spans
from spanbert.masking.targets import BoundaryTargets, boundary_targets, masked_positions
from spanbert.rng import stream
from spanbert.shapes import Int
from spanbert.shards.reader import Segment, ShardReader


@dataclass(frozen=True, slots=True)
class MaskedSegment:
    """A segment as the model sees it, and what it must predict."""

    ids: Int[np.ndarray, " seq"]  # before corruption
    corrupted: Int[np.ndarray, " seq"]
    spans: Int[np.ndarray, "spans 2"]
    replacements: Int[np.ndarray, " spans"]
    masked: Int[np.ndarray, " masked"]  # positions
    boundary: BoundaryTargets


class Masker:
    """Masks the segments of one shards artifact.

    Args:
        shards: the segments; random pieces are drawn from all of them.
        mask_id: id of [MASK].
        max_sbo_pieces: pieces of a span that get a boundary target.
        seed: of the run.
    """

    def __init__(
        self,
        shards: ShardReader,
        config: MaskingConfig,
        *,
        mask_id: int,
        max_sbo_pieces: int,
        seed: int,
    ) -> None:
        self._shards, self._config, self._seed = shards, config, seed
        self._mask_id, self._max_sbo_pieces = mask_id, max_sbo_pieces

    def masked(self, segment: Segment, epoch: int) -> MaskedSegment:
        """Mask a segment as this epoch does, whoever asks and whenever."""
        rng = stream(self._seed, "mask", epoch, segment.number)
        spans = sample_spans(segment.word_starts, self._config, rng)
        replacements = sample_replacements(len(spans), rng)
        return MaskedSegment(
            ids=segment.ids,
            corrupted=corrupted_ids(
                segment.ids, spans, replacements, self._mask_id, self._sample_pieces, rng
            ),
            spans=spans,
            replacements=replacements,
            masked=masked_positions(spans),
            boundary=boundary_targets(spans, len(segment.ids), self._max_sbo_pieces),
        )

    def _sample_pieces(self, rng: np.random.Generator, size: int) -> Int[np.ndarray, " masked"]:
        return self._shards.tokens_at(rng.integers(self._shards.num_tokens, size=size))
