"""Boundary targets (SpanBERT, section 3.2) against a two-line loop."""

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.masking.targets import boundary_targets, masked_positions
from spanbert.objectives.config import ObjectiveConfig


@st.composite
def masked_blocks(draw):
    """Merged spans of a block [first, end)."""
    first = draw(st.integers(1, 5))
    flags = draw(st.lists(st.booleans(), min_size=1, max_size=60))
    spans = oracle.merged({first + i for i, flag in enumerate(flags) if flag})
    return np.array(spans, dtype=np.int64).reshape(-1, 2), (first, first + len(flags))


def rows_of(found):
    columns = (found.position, found.left, found.right, found.offset)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(
    masked_blocks(), st.integers(1, 20), st.sampled_from(["external", "internal"]), st.booleans()
)
def test_rows_equal_the_oracle(masked, max_pieces, boundary, at_edges):
    spans, block = masked
    config = ObjectiveConfig(
        max_sbo_pieces=max_pieces, sbo_boundary=boundary, sbo_at_edges=at_edges
    )
    expected = oracle.boundary_rows(spans.tolist(), block, max_pieces, boundary, at_edges)
    assert rows_of(boundary_targets(spans, block, config)) == expected


@given(masked_blocks())
def test_trap_07_boundaries_are_visible_neighbours(masked):
    spans, block = masked
    found = boundary_targets(spans, block, ObjectiveConfig())
    positions = set(masked_positions(spans).tolist())
    assert not positions & (set(found.left.tolist()) | set(found.right.tolist()))
    assert (found.left >= block[0]).all()
    assert (found.right < block[1]).all()


SPANS, BLOCK = np.array([[1, 3], [5, 6], [9, 11]]), (1, 11)


@pytest.mark.parametrize(
    ("settings", "positions"),
    [
        ({}, [5]),
        ({"sbo_at_edges": True}, [1, 2, 5, 9, 10]),
        ({"sbo_boundary": "internal"}, [1, 2, 5, 9, 10]),
    ],
)
def test_trap_08_spans_at_the_edges_have_rows_only_where_asked(settings, positions):
    found = boundary_targets(SPANS, BLOCK, ObjectiveConfig(**settings))
    assert found.position.tolist() == positions


def test_edges_are_framed_by_the_special_tokens_and_inner_boundaries_by_the_span():
    framed = boundary_targets(SPANS, BLOCK, ObjectiveConfig(sbo_at_edges=True))
    assert rows_of(framed)[0] == (1, 0, 3, 0)  # [CLS] stands at 0
    assert rows_of(framed)[-1] == (10, 8, 11, 1)  # [SEP] at 11
    inner = boundary_targets(SPANS, BLOCK, ObjectiveConfig(sbo_boundary="internal"))
    assert rows_of(inner)[:3] == [(1, 1, 2, 0), (2, 1, 2, 1), (5, 5, 5, 0)]


def test_trap_09_long_spans_stop_at_the_limit_without_clamping():
    found = boundary_targets(np.array([[2, 22]]), (1, 31), ObjectiveConfig())
    assert found.offset.tolist() == list(range(15))
    more = boundary_targets(np.array([[2, 22]]), (1, 31), ObjectiveConfig(max_sbo_pieces=18))
    assert more.offset.tolist() == list(range(18))


@given(masked_blocks())
def test_masked_positions_are_those_inside_spans(masked):
    spans, _ = masked
    expected = [i for start, end in spans.tolist() for i in range(start, end)]
    assert masked_positions(spans).tolist() == expected
