"""What masking did over a set of segments, beside what the paper expects."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.segment import MaskedSegment
from spanbert.masking.spans import length_law, sample_lengths
from spanbert.rng import stream
from spanbert.shards.reader import Segment

_LAW_DRAWS = 100_000


def masking_statistics(
    pairs: Iterable[tuple[Segment, MaskedSegment]], config: MaskingConfig, seed: int
) -> dict[str, Any]:
    """Counts over masked segments: rate, spans, replacements, boundary coverage.

    The observed lengths are draws of the sampler itself, before spans are merged and cut.
    """
    pieces = masked = spans = words = covered = num_segments = 0
    replacements = np.zeros(3, dtype=np.int64)
    for segment, result in pairs:
        num_segments += 1
        pieces += len(segment.ids)
        masked += len(result.masked)
        spans += len(result.spans)
        covered += len(result.boundary.position)
        replacements += np.bincount(result.replacements, minlength=3)
        words += int(segment.word_starts[result.masked].sum())
    lengths = sample_lengths(config, stream(seed, "length-law"), _LAW_DRAWS)
    observed = np.bincount(lengths, minlength=config.max_span_words + 1)[1:] / _LAW_DRAWS
    shares = replacements / max(1, spans)
    return {
        "num_segments": num_segments,
        "masked_fraction": masked / max(1, pieces),
        "expected_mask_rate": config.mask_rate,
        "span_words": {
            "expected": length_law(config.geometric_p, config.max_span_words).tolist(),
            "observed": observed.tolist(),
        },
        "mean_span_words": float(lengths.mean()),
        "mean_merged_span_pieces": masked / max(1, spans),
        "mean_merged_span_words": words / max(1, spans),
        "replacement": dict(zip(("mask", "random", "kept"), shares.tolist(), strict=True)),
        "sbo_coverage": covered / max(1, masked),
    }
