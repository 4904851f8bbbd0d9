"""Segments, framed and masked: each a pure function of (seed, epoch, segment number)."""

import numpy as np

from spanbert.errors import DataError
from spanbert.masking.batch import MaskedBatch, MaskedSegment
from spanbert.masking.config import MaskingConfig
from spanbert.masking.corruption import CorruptionRules
from spanbert.masking.kernel import Rules, mask_segments
from spanbert.masking.philox import Stream, stream_of
from spanbert.masking.schemes.table import scheme_rules
from spanbert.masking.targets import boundary_rules
from spanbert.objectives.config import ObjectiveConfig
from spanbert.rng import stream_key
from spanbert.shapes import Int
from spanbert.shards.gather import Segments
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import SubwordTokenizer


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
        self._shards, self._seed = shards, seed
        self._annotation, self._nsp = masking.annotation, objective.nsp
        self._rules = Rules(
            scheme_rules(masking),
            CorruptionRules(masking.replacement == "token", tokenizer.mask_id, shards.num_tokens),
            boundary_rules(objective),
            tokenizer.cls_id,
            tokenizer.sep_id,
        )
        self._made: tuple[int, Stream] | None = None

    def batch(self, numbers: Int[np.ndarray, " batch"], epoch: int) -> MaskedBatch:
        """The segments with these numbers, masked as this epoch does."""
        return self.mask(self._shards.gather(numbers, self._annotation), epoch)

    def masked(self, number: int, epoch: int) -> MaskedSegment:
        """One of them, to look at."""
        return self.batch(np.array([number]), epoch)[0]

    def mask(self, segments: Segments, epoch: int) -> MaskedBatch:
        """Mask segments that have been read, whoever asks and whenever; they are left as they are.

        Args:
            segments: with the spans of `MaskingConfig.annotation`, if there is one.
        """
        rows = mask_segments(segments, self._rules, self._stream(epoch).copy())
        masked, framed, random = (slice(count) for count in rows.counts.tolist())
        places = rows.random_places[random]
        rows.corrupted[rows.random_rows[random]] = self._shards.tokens_at(places)
        lengths = segments.lengths + 2 + (segments.splits > 0)
        asked = slice(len(lengths) if self._nsp else 0)
        return MaskedBatch(
            segments=segments,
            corrupted=rows.corrupted,
            token_type_ids=rows.token_type_ids,
            lengths=lengths,
            mlm_rows=rows.mlm_rows[masked],
            mlm_targets=rows.mlm_targets[masked],
            replacements=rows.replacements[masked],
            sbo_rows=rows.sbo_rows[framed],
            sbo_left=rows.sbo_left[framed],
            sbo_right=rows.sbo_right[framed],
            sbo_offset=rows.sbo_offset[framed],
            sbo_targets=rows.sbo_targets[framed],
            nsp_rows=(np.cumsum(lengths) - lengths)[asked],
            nsp_targets=segments.random_next[asked],
        )

    def _stream(self, epoch: int) -> Stream:
        """Of the epoch's key, which is made once."""
        made = self._made
        if made is None or made[0] != epoch:
            self._made = made = (epoch, stream_of(stream_key(self._seed, "mask", epoch)))
        return made[1]


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
