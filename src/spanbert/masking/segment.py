"""One segment, framed and masked: a pure function of (seed, epoch, segment number)."""

from dataclasses import dataclass

import numpy as np

from spanbert.errors import DataError
from spanbert.masking.config import MaskingConfig
from spanbert.masking.corruption import corrupted_ids, replaced_units, sample_replacements
from spanbert.masking.schemes.table import SCHEMES
from spanbert.masking.spans import Block, masked_runs
from spanbert.masking.targets import BoundaryTargets, boundary_targets, joined, masked_positions
from spanbert.objectives.config import ObjectiveConfig
from spanbert.rng import stream
from spanbert.shapes import Bool, Int
from spanbert.shards.pieces import NO_SPANS
from spanbert.shards.reader import Segment, ShardReader
from spanbert.tokenizer.subword import SubwordTokenizer


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


class Masker:
    """Masks the segments of one shards artifact.

    Args:
        shards: the segments; random pieces are drawn from all of them.
        seed: of the run.

    Raises:
        DataError: the scheme or the objective needs what these shards do not hold.
    """

    def __init__(
        self,
        shards: ShardReader,
        tokenizer: SubwordTokenizer,
        masking: MaskingConfig,
        objective: ObjectiveConfig,
        *,
        seed: int,
    ) -> None:
        require_made_for(shards, masking, objective)
        self._shards, self._tokenizer = shards, tokenizer
        self._masking, self._objective, self._seed = masking, objective, seed

    def masked(self, segment: Segment, epoch: int) -> MaskedSegment:
        """Mask a segment as this epoch does, whoever asks and whenever."""
        rng = stream(self._seed, "mask", epoch, segment.number)
        ids, word_starts = self._framed(segment)
        blocks = _blocks(segment)
        runs = [
            masked_runs(self._mask(segment, first - 1 - part, end - 1 - part, rng)) + first
            for part, (first, end) in enumerate(blocks)
        ]
        spans = np.concatenate(runs)
        units = replaced_units(spans, self._masking.replacement)
        replacements = sample_replacements(len(units), rng)
        return MaskedSegment(
            ids=ids,
            corrupted=corrupted_ids(
                ids, units, replacements, self._tokenizer.mask_id, self._sample_pieces, rng
            ),
            word_starts=word_starts,
            blocks=blocks,
            spans=spans,
            masked=masked_positions(spans),
            replacements=np.repeat(replacements, units[:, 1] - units[:, 0]),
            boundary=self._boundary(runs, blocks),
            is_random_next=segment.is_random_next if self._objective.nsp else None,
        )

    def _framed(self, segment: Segment) -> tuple[np.ndarray, np.ndarray]:
        """Ids and word starts with [CLS] and [SEP]s in place."""
        places = [0, segment.split, len(segment.ids)] if segment.split else [0, len(segment.ids)]
        separators = [self._tokenizer.sep_id] * (len(places) - 1)
        ids = np.insert(segment.ids, places, [self._tokenizer.cls_id, *separators])
        return ids, np.insert(segment.word_starts, places, True)

    def _mask(
        self, segment: Segment, start: int, end: int, rng: np.random.Generator
    ) -> Bool[np.ndarray, " seq"]:
        """Which pieces of a part, [start, end) of the segment's, are masked."""
        name = self._masking.annotation
        spans = getattr(segment, name) if name else NO_SPANS
        inside = spans[(spans[:, 0] >= start) & (spans[:, 1] <= end)] - start
        word_starts = segment.word_starts[start:end].copy()
        word_starts[:1] = True  # a part may begin inside a word, where a pair was cut to its length
        block = Block(word_starts, inside)
        return SCHEMES[self._masking.scheme](block, self._masking, rng)

    def _boundary(self, runs: list[np.ndarray], blocks: list[tuple[int, int]]) -> BoundaryTargets:
        if not self._objective.has_sbo:
            return boundary_targets(NO_SPANS, blocks[0], self._objective)
        rows = [boundary_targets(r, b, self._objective) for r, b in zip(runs, blocks, strict=True)]
        return joined(rows)

    def _sample_pieces(self, rng: np.random.Generator, size: int) -> Int[np.ndarray, " masked"]:
        return self._shards.tokens_at(rng.integers(self._shards.num_tokens, size=size))


def _blocks(segment: Segment) -> list[tuple[int, int]]:
    """Where the parts stand among the special tokens."""
    size = len(segment.ids)
    if not segment.split:
        return [(1, size + 1)]
    return [(1, segment.split + 1), (segment.split + 2, size + 2)]


def require_made_for(
    shards: ShardReader, masking: MaskingConfig, objective: ObjectiveConfig
) -> None:
    """Refuse shards that lack what masking or an objective needs.

    Raises:
        DataError: they hold no pairs, or none of the annotations.
    """
    if masking.annotation and not shards.is_annotated:
        raise DataError(
            f"masking.scheme = {masking.scheme!r} needs annotated shards",
            place=str(shards.folder),
            remedy="--set shards.annotator=en_core_web_sm and make the shards again",
        )
    if masking.annotation and shards.manifest.counts[masking.annotation] == 0:
        raise DataError(
            f"{shards.manifest.counts['annotator']} found no {masking.annotation} in these shards",
            place=str(shards.folder),
            remedy="annotate with a spaCy pipeline that has a parser and an entity recognizer",
        )
    if objective.nsp and not shards.has_pairs:
        raise DataError(
            "objective.nsp = true needs shards of segment pairs",
            place=str(shards.folder),
            remedy="--set shards.pairs=true and make the shards again",
        )
