"""The figures of the report, against counting by hand."""

import numpy as np
import pytest

from spanbert.masking.config import MaskingConfig
from spanbert.masking.segment import MaskedSegment
from spanbert.masking.statistics import masking_statistics
from spanbert.masking.targets import boundary_targets, masked_positions
from spanbert.shards.reader import Segment


def masked(spans, replacements, size):
    spans = np.array(spans)
    ids = np.arange(size)
    rows = boundary_targets(spans, size, 15)
    return MaskedSegment(ids, ids, spans, np.array(replacements), masked_positions(spans), rows)


def test_figures_of_two_segments():
    words = np.array([True, False] * 5)
    pairs = [
        (Segment(0, np.arange(10), words), masked([[0, 2], [4, 7]], [0, 0], 10)),
        (Segment(1, np.arange(10), words), masked([[6, 7]], [2], 10)),
    ]
    found = masking_statistics(pairs, MaskingConfig(), seed=1)
    assert found["num_segments"] == 2
    assert found["masked_fraction"] == pytest.approx(6 / 20)
    assert found["mean_merged_span_pieces"] == pytest.approx(6 / 3)
    assert found["mean_merged_span_words"] == pytest.approx((1 + 2 + 1) / 3)
    assert found["replacement"] == pytest.approx({"mask": 2 / 3, "random": 0, "kept": 1 / 3})
    assert found["sbo_coverage"] == pytest.approx(4 / 6)
    assert found["mean_span_words"] == pytest.approx(3.797, abs=0.05)


def test_nothing_masked_is_no_error():
    assert masking_statistics([], MaskingConfig(), seed=1)["masked_fraction"] == 0
