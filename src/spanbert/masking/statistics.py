"""What masking did over a set of segments, and what the published recipe is expected to do."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from spanbert.masking.batch import MaskedSegment
from spanbert.masking.config import MaskingConfig
from spanbert.masking.philox import stream_of
from spanbert.masking.schemes.geometric_spans import length_edges, length_law, sample_lengths
from spanbert.masking.spans import mask_budget
from spanbert.objectives.config import ObjectiveConfig
from spanbert.rng import stream_key

_LAW_DRAWS = 100_000
_SBO_PIECES = 15  # of a span that have a boundary target in the published recipe

# The published code's rules on blocks of 510 pieces at 1.25 pieces a word, by simulation
PUBLISHED_BLOCK_PIECES, PUBLISHED_PIECES_PER_WORD = 510, 1.25
_PUBLISHED_SPANS = {
    "mean_spans_per_block": 15.2,
    "mean_merged_span_words": 3.9,
    "mean_merged_span_pieces": 5.1,
    "p95_merged_span_pieces": 12.0,
    "edge_span_fraction": 0.012,
    "long_span_fraction": 0.012,
}
_PUBLISHED_COVERAGE = {"sbo_coverage": 0.982}


def masking_statistics(
    segments: Sequence[MaskedSegment], config: MaskingConfig, seed: int
) -> dict[str, Any]:
    """Counts over masked segments: rate, merged spans, replacements, boundary coverage."""
    sizes = [end - first for s in segments for first, end in s.blocks]
    masked = sum(len(s.masked) for s in segments)
    words = sum(int(s.word_starts[s.masked].sum()) for s in segments)
    covered = sum(len(s.boundary.position) for s in segments)
    num_pieces, num_blocks = max(1, sum(sizes)), max(1, len(sizes))
    lengths = np.concatenate(
        [np.zeros(0, np.int64), *(s.spans[:, 1] - s.spans[:, 0] for s in segments)]
    )
    num_spans = max(1, len(lengths))
    shares = _replacement_shares(segments, config)
    return {
        "scheme": config.scheme,
        "num_segments": len(segments),
        "mean_block_pieces": num_pieces / num_blocks,
        "pieces_per_word": num_pieces / max(1, sum(map(_num_words, segments))),
        "masked_fraction": masked / num_pieces,
        "expected_mask_rate": config.mask_rate,
        "budgeted_fraction": sum(mask_budget(n, config.mask_rate) for n in sizes) / num_pieces,
        "mean_spans_per_block": len(lengths) / num_blocks,
        "mean_merged_span_pieces": masked / num_spans,
        "mean_merged_span_words": words / num_spans,
        "p95_merged_span_pieces": _p95(lengths),
        "edge_span_fraction": sum(map(_num_at_edges, segments)) / num_spans,
        "long_span_fraction": int((lengths > _SBO_PIECES).sum()) / num_spans,
        "replacement": dict(zip(("mask", "random", "kept"), shares.tolist(), strict=True)),
        "sbo_coverage": covered / max(1, masked),
    } | _span_words(config, seed)


def published_figures(masking: MaskingConfig, objective: ObjectiveConfig) -> dict[str, float]:
    """What the published recipe gives on its blocks, by name; empty where the settings are others.

    They hold for blocks of `PUBLISHED_BLOCK_PIECES` pieces at `PUBLISHED_PIECES_PER_WORD`: shorter
    blocks have fewer spans, and more of them at an edge.
    """
    if _span_law(masking) != _span_law(MaskingConfig()):
        return {}
    is_published = _boundary_rule(objective) == _boundary_rule(ObjectiveConfig())
    return _PUBLISHED_SPANS | (_PUBLISHED_COVERAGE if is_published else {})


def _span_law(config: MaskingConfig) -> tuple[str, float, float, int]:
    return config.scheme, config.mask_rate, config.geometric_p, config.max_span_words


def _boundary_rule(config: ObjectiveConfig) -> tuple[bool, str, bool, int]:
    return config.has_sbo, config.sbo_boundary, config.sbo_at_edges, config.max_sbo_pieces


def _num_words(segment: MaskedSegment) -> int:
    return sum(int(segment.word_starts[first:end].sum()) for first, end in segment.blocks)


def _p95(lengths: np.ndarray) -> float:
    return float(np.quantile(lengths, 0.95, method="inverted_cdf")) if len(lengths) else 0.0


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
    edges = length_edges(config.geometric_p, config.max_span_words)
    lengths = sample_lengths(edges, stream_of(stream_key(seed, "length-law")), _LAW_DRAWS)
    observed = np.bincount(lengths, minlength=config.max_span_words + 1)[1:] / _LAW_DRAWS
    law = length_law(config.geometric_p, config.max_span_words)
    return {
        "span_words": {"expected": law.tolist(), "observed": observed.tolist()},
        "mean_span_words": float(lengths.mean()),
    }
