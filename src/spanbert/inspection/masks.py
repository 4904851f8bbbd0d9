"""shards + settings -> a few masked segments as words, and the statistics of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.config import Config
from spanbert.inspection.drawing import PLAIN_LEGEND, coloured_legend, draw_coloured, draw_plain
from spanbert.inspection.figures import draw_statistics
from spanbert.inspection.words import Word, words_of
from spanbert.masking.segment import Masker
from spanbert.masking.statistics import masking_statistics, published_figures
from spanbert.shards.reader import ShardReader, require_vocabulary
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.validation import require

_NUM_COUNTED = 2_000  # segments whose masks are counted: seconds of work


@dataclass(frozen=True)
class ShownSegment:
    """A masked segment to look at."""

    number: int
    num_pieces: int
    num_masked: int
    words: list[Word]


@dataclass(frozen=True)
class MaskInspection:
    """What masking does to a shards artifact in one epoch."""

    num_segments: int  # in the shards; `statistics` says how many of them are counted
    epoch: int
    seed: int
    shown: list[ShownSegment]
    statistics: dict[str, Any]
    published: dict[str, float]  # figures of the published recipe, where the settings are its own


def inspect_masks(
    shards_folder: Path, tokenizer_folder: Path, config: Config, *, num_shown: int, epoch: int
) -> MaskInspection:
    """Mask segments from all over the shards exactly as pre-training does in this epoch.

    Raises:
        CheckpointError: the shards were made with another vocabulary.
        ConfigError: a number is negative.
        DataError: the masking scheme or the objective needs what the shards do not hold.
    """
    require(num_shown >= 0, f"number of segments = {num_shown} < 0")
    require(epoch >= 0, f"epoch = {epoch} < 0")
    shards, tokenizer = ShardReader(shards_folder), load_tokenizer(tokenizer_folder)
    require_vocabulary(shards.manifest, tokenizer.digest, tokenizer_folder)
    seed = config.run.seed
    masker = Masker(shards, tokenizer, config.masking, config.objective, seed=seed)
    shown = []
    for number in _spread(len(shards), num_shown):
        masked = masker.masked(number, epoch)
        num_pieces = sum(end - first for first, end in masked.blocks)
        words = words_of(masked, tokenizer)
        shown.append(ShownSegment(number, num_pieces, len(masked.masked), words))
    counted = masker.batch(np.array(_spread(len(shards), _NUM_COUNTED)), epoch)
    return MaskInspection(
        num_segments=len(shards),
        epoch=epoch,
        seed=seed,
        shown=shown,
        statistics=masking_statistics(list(counted), config.masking, seed),
        published=published_figures(config.masking, config.objective),
    )


def draw_inspection(found: MaskInspection, columns: int, *, is_coloured: bool) -> str:
    """The segments, what their marks mean, and the figures."""
    draw = draw_coloured if is_coloured else draw_plain
    lines: list[str] = []
    for segment in found.shown:
        share = f"{segment.num_masked} of {segment.num_pieces} pieces masked"
        lines += [f"segment {segment.number}, {share}", *draw(segment.words, columns), ""]
    if found.shown:
        lines += [coloured_legend() if is_coloured else PLAIN_LEGEND, ""]
    counted = found.statistics["num_segments"]
    lines.append(
        f"{found.statistics['scheme']} over {counted} of {found.num_segments} segments,"
        f" epoch {found.epoch}, seed {found.seed}"
    )
    return "\n".join([*lines, "", *draw_statistics(found.statistics, found.published)])


def _spread(num_segments: int, number: int) -> Sequence[int]:
    """At most so many segment numbers, evenly spread over all."""
    step = max(1, -(-num_segments // max(1, number)))
    return range(0, num_segments, step)[:number]
