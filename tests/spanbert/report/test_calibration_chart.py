"""Curves of calibration: one that is as right as it is sure lies on the diagonal."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.calibration_chart import calibration_chart
from spanbert.report.charts import BOTTOM, LEFT, RIGHT, TOP


def bin_of(confidence, exact):
    return {"confidence": confidence, "exact": exact, "num_questions": 4}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_honest_bins_lie_on_the_diagonal(confidences):
    chart = calibration_chart([("s", [bin_of(c, c) for c in confidences])])
    slope = (TOP - BOTTOM) / (RIGHT - LEFT)
    for dot in chart.lines[0].dots:
        assert dot.y == pytest.approx(BOTTOM + slope * (dot.x - LEFT), abs=0.11)
    assert chart.diagonal == f"M{LEFT:.1f} {BOTTOM:.1f}L{RIGHT:.1f} {TOP:.1f}"


def test_one_that_is_too_sure_lies_below():
    chart = calibration_chart([("sure", [bin_of(0.5, 0.25), bin_of(1.0, 0.5)])])
    (line,) = chart.lines
    assert line.path == f"M348.0 {BOTTOM - 60.0}L612.0 {BOTTOM - 120.0}"
    assert [dot.hover for dot in line.dots] == [
        "sure, confidence 50.0%: 25.0% right of 4",
        "sure, confidence 100.0%: 50.0% right of 4",
    ]
    assert chart.label.startswith("sure: confidence 50.0%: 25.0% right of 4; confidence 100.0%")


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, 1.1])
def test_shares_that_are_none_are_left_out(value):
    chart = calibration_chart([("s", [bin_of(value, 0.5), bin_of(0.5, value)])])
    assert chart.lines[0].path == ""
    assert chart.label == "s: no values."
