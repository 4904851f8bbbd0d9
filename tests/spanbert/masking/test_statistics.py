"""The figures of the report, against counting by hand."""

import numpy as np
import pytest

from spanbert.masking.batch import MaskedSegment
from spanbert.masking.config import MaskingConfig
from spanbert.masking.statistics import masking_statistics
from spanbert.masking.targets import boundary_targets, masked_positions
from spanbert.objectives.config import ObjectiveConfig


def masked(spans, kinds, size):
    """A segment of words of two pieces, whose first piece stands at 1."""
    spans = np.array(spans)
    positions = masked_positions(spans)
    return MaskedSegment(
        ids=np.arange(size + 2),
        corrupted=np.arange(size + 2),
        word_starts=np.array([True, *([True, False] * (size // 2)), True]),
        blocks=[(1, size + 1)],
        spans=spans,
        masked=positions,
        replacements=np.repeat(kinds, spans[:, 1] - spans[:, 0]),
        boundary=boundary_targets(spans, (1, size + 1), ObjectiveConfig()),
        is_random_next=None,
    )


SEGMENTS = [masked([[1, 3], [5, 8]], [0, 0], 10), masked([[7, 8]], [2], 10)]


def test_figures_of_two_segments():
    found = masking_statistics(SEGMENTS, MaskingConfig(), seed=1)
    assert found["num_segments"] == 2
    assert found["masked_fraction"] == pytest.approx(6 / 20)
    assert found["mean_spans_per_block"] == pytest.approx(3 / 2)
    assert found["mean_merged_span_pieces"] == pytest.approx(6 / 3)
    assert found["mean_merged_span_words"] == pytest.approx((1 + 2 + 1) / 3)
    assert found["p95_merged_span_pieces"] == 3
    assert found["edge_span_fraction"] == pytest.approx(1 / 3)
    assert found["long_span_fraction"] == 0
    assert found["replacement"] == pytest.approx({"mask": 2 / 3, "random": 0, "kept": 1 / 3})
    assert found["sbo_coverage"] == pytest.approx(4 / 6)
    assert found["mean_span_words"] == pytest.approx(3.797, abs=0.05)


def test_pieces_are_the_units_where_each_is_drawn_for_itself():
    found = masking_statistics(SEGMENTS, MaskingConfig(replacement="token"), seed=1)
    assert found["replacement"] == pytest.approx({"mask": 5 / 6, "random": 0, "kept": 1 / 6})


def test_only_geometric_spans_have_a_law_of_lengths():
    found = masking_statistics(SEGMENTS, MaskingConfig(scheme="whole-words"), seed=1)
    assert "span_words" not in found
