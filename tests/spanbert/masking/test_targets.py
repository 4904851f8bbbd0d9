"""Boundary targets (SpanBERT, section 3.2) against a two-line loop."""

import masking_oracle as oracle
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.masking.targets import boundary_targets, masked_positions


@st.composite
def masked_segments(draw):
    """Merged spans with the length of their segment."""
    flags = draw(st.lists(st.booleans(), min_size=1, max_size=60))
    spans = oracle.merged({i for i, flag in enumerate(flags) if flag})
    return np.array(spans, dtype=np.int64).reshape(-1, 2), len(flags)


@given(masked_segments(), st.integers(1, 20))
def test_rows_equal_the_oracle(segment, max_pieces):
    spans, num_pieces = segment
    found = boundary_targets(spans, num_pieces, max_pieces)
    rows = list(zip(found.position, found.left, found.right, found.offset, strict=True))
    assert rows == oracle.boundary_rows(spans.tolist(), num_pieces, max_pieces)


@given(masked_segments())
def test_boundaries_are_visible_neighbours(segment):  # trap 7
    spans, num_pieces = segment
    found = boundary_targets(spans, num_pieces, 15)
    masked = set(masked_positions(spans).tolist())
    assert not masked & (set(found.left.tolist()) | set(found.right.tolist()))
    assert (found.left >= 0).all()
    assert (found.right < num_pieces).all()


def test_spans_at_the_edges_have_no_row():  # trap 8
    spans = np.array([[0, 2], [4, 5], [8, 10]])
    assert boundary_targets(spans, 10, 15).position.tolist() == [4]


def test_long_spans_stop_at_the_limit_without_clamping():  # trap 9
    found = boundary_targets(np.array([[1, 21]]), 30, 15)
    assert found.offset.tolist() == list(range(15))


@given(masked_segments())
def test_masked_positions_are_those_inside_spans(segment):
    spans, _ = segment
    expected = [i for start, end in spans.tolist() for i in range(start, end)]
    assert masked_positions(spans).tolist() == expected
