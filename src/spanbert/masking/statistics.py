"""What masking did over a set of segments, beside what the paper expects."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.geometric_spans import length_law, sample_lengths
from spanbert.masking.segment import MaskedSegment
from spanbert.rng import stream

_LAW_DRAWS = 100_000
_SBO_PIECES = 15  # of a span that have a boundary target in the published recipe


def masking_statistics(
    segments: Sequence[MaskedSegment], config: MaskingConfig, seed: int
) -> dict[str, Any]:
    """Counts over masked segments: rate, merged spans, replacements, boundary coverage."""
    pieces = sum(end - first for s in segments for first, end in s.blocks)
    masked = sum(len(s.masked) for s in segments)
    words = sum(int(s.word_starts[s.masked].sum()) for s in segments)
    covered = sum(len(s.boundary.position) for s in segments)
    num_blocks = sum(len(s.blocks) for s in segments)
    lengths = np.concatenate([s.spans[:, 1] - s.spans[:, 0] for s in segments])
    num_spans = max(1, len(lengths))
    shares = _replacement_shares(segments, config)
    return {
        "scheme": config.scheme,
        "num_segments": len(segments),
        "masked_fraction": masked / max(1, pieces),
        "expected_mask_rate": config.mask_rate,
        "mean_spans_per_block": len(lengths) / max(1, num_blocks),
        "mean_merged_span_pieces": masked / num_spans,
        "mean_merged_span_words": words / num_spans,
        "p95_merged_span_pieces": float(np.quantile(lengths, 0.95, method="inverted_cdf")),
        "edge_span_fraction": sum(map(_num_at_edges, segments)) / num_spans,
        "long_span_fraction": int((lengths > _SBO_PIECES).sum()) / num_spans,
        "replacement": dict(zip(("mask", "random", "kept"), shares.tolist(), strict=True)),
        "sbo_coverage": covered / max(1, masked),
    } | _span_words(config, seed)


def _replacement_shares(segments: Sequence[MaskedSegment], config: MaskingConfig) -> np.ndarray:
    """Shares of [MASK], random and kept among the units that are replaced by one draw each."""
    drawn = np.zeros(3, dtype=np.int64)
    for segment in segments:
        units = segment.replacements
        if config.replacement == "span":
            units = units[np.isin(segment.masked, segment.spans[:, 0])]
        drawn += np.bincount(units, minlength=3)
    return drawn / max(1, drawn.sum())


def _num_at_edges(segment: MaskedSegment) -> int:
    firsts, ends = np.array(segment.blocks).T
    starts, stops = segment.spans.T
    return int((np.isin(starts, firsts) | np.isin(stops, ends)).sum())


def _span_words(config: MaskingConfig, seed: int) -> dict[str, Any]:
    """The law of lengths in words and draws of its sampler, before spans are merged and cut."""
    if config.scheme != "geometric-spans":
        return {}
    lengths = sample_lengths(config, stream(seed, "length-law"), _LAW_DRAWS)
    observed = np.bincount(lengths, minlength=config.max_span_words + 1)[1:] / _LAW_DRAWS
    law = length_law(config.geometric_p, config.max_span_words)
    return {
        "span_words": {"expected": law.tolist(), "observed": observed.tolist()},
        "mean_span_words": float(lengths.mean()),
    }
