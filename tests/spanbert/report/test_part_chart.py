"""Bars of parts: heights in proportion, none over another, and nothing drawn that has no value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.charts import BOTTOM, LEFT, RIGHT, TOP
from spanbert.report.part_chart import part_chart

SCORES = st.floats(0, 100)


@given(st.lists(st.lists(SCORES, min_size=5, max_size=5), min_size=1, max_size=6))
def test_bars_stand_side_by_side_within_the_plot(rows):
    parts = [f"part {n}" for n in range(5)]
    series = [(f"s{i}", dict(zip(parts, row, strict=True))) for i, row in enumerate(rows)]
    chart = part_chart(parts, series)
    assert [one.name for one in chart.series] == [name for name, _ in series]
    bars = [bar for n in range(5) for bar in (one.bars[n] for one in chart.series)]
    edges = [LEFT, *(x for bar in bars for x in (bar.x, bar.x + bar.width)), RIGHT]
    assert edges == sorted(edges)
    assert all(bar.y + bar.height == pytest.approx(BOTTOM) and bar.y >= TOP for bar in bars)
    middles = [tick.at for tick in chart.x_ticks]
    for n, middle in enumerate(middles):
        group = [one.bars[n] for one in chart.series]
        centre = (group[0].x + group[-1].x + group[-1].width) / 2
        assert centre == pytest.approx(middle, abs=6)
    for one, row in zip(chart.series, rows, strict=True):
        heights = [bar.height for bar in one.bars]
        assert heights == pytest.approx([v * _pixels_per_point(chart) for v in row], abs=0.11)


def _pixels_per_point(chart):
    low, high = chart.y_ticks[0], chart.y_ticks[-1]
    return (low.at - high.at) / (float(high.label) - float(low.label))


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 1e300])
def test_what_cannot_be_drawn_has_no_bar(value):
    chart = part_chart(["a", "b"], [("s", {"a": value, "b": 5.0}), ("t", {"b": 4.0})])
    assert [[bar.hover for bar in one.bars] for one in chart.series] == [
        ["b, s: 5.0%"],
        ["b, t: 4.0%"],
    ]


def test_nothing_gives_an_empty_chart():
    assert part_chart([], []).series == ()
    assert part_chart([], [("s", {})]).series[0].bars == ()


def test_the_chart_is_told_in_words():
    chart = part_chart(["1", "2"], [("pre-trained", {"1": 20.04, "2": 7.0})])
    assert chart.label == "pre-trained: 1 20.0, 2 7.0."
    assert [tick.label for tick in chart.x_ticks] == ["1", "2"]
