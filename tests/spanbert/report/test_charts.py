"""Chart geometry: whatever the numbers, what is drawn lies in the plot and tells the truth."""

import itertools
import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spanbert.report.charts import (
    BOTTOM,
    LEFT,
    MAX_BUCKETS,
    RIGHT,
    TOP,
    Series,
    histogram,
    is_drawn,
    line_chart,
    nice_step,
    step_axis,
    thinned,
    tick_label,
    value_axis,
)

STEPS = st.integers(0, 10**9)
VALUES = st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.lists(st.tuples(STEPS, VALUES), max_size=40)
SHARES = st.lists(st.floats(0, 1) | st.just(math.nan), max_size=12)
NAN, INF = math.nan, math.inf


def chart_of(*curves, **levels):
    series = [Series(f"curve {n}", points) for n, points in enumerate(curves)]
    return line_chart(series, y_format=".2f", levels=levels)


def positions(path):
    """The (x, y) pairs of SVG path data made of absolute moves and lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


@given(POINTS, POINTS, VALUES)
@example([(1, 5e-324), (2, 0.0)], [], 1.0)
@example([(1, 1e308), (2, -1e308)], [], 0.0)
@example([(1, 1.0), (2, 1.0 + 1e-15)], [], NAN)
def test_all_that_is_drawn_lies_in_the_plot(first, second, level):
    chart = chart_of(first, second, level=level)
    for line in chart.lines:
        for x, y in [*positions(line.path), *((d.x, d.y) for d in line.dots)]:
            assert LEFT <= x <= RIGHT
            assert TOP <= y <= BOTTOM
    assert all(TOP <= level.y <= BOTTOM for level in chart.levels)
    assert all(LEFT <= tick.at <= RIGHT for tick in chart.x_ticks)
    assert all(TOP <= tick.at <= BOTTOM for tick in chart.y_ticks)


@given(POINTS)
def test_a_curve_runs_from_left_to_right_in_any_input_order(points):
    (line,) = chart_of(points).lines
    xs = [x for x, _ in positions(line.path)]
    assert xs == sorted(xs)


@given(POINTS)
def test_every_value_is_drawn_or_counted_as_a_gap(points):
    chart = chart_of(points)
    assert len(chart.lines[0].dots) + chart.num_gaps == len(points)
    assert chart.num_gaps == sum(not is_drawn(y) for _, y in points)


def test_higher_values_are_drawn_higher():
    (line,) = chart_of([(1, 1.0), (2, 3.0), (3, 2.0)]).lines
    (_, low), (_, high), (_, middle) = positions(line.path)
    assert low > middle > high  # pixels count downward


def test_two_curves_and_a_level_share_one_scale():
    chart = chart_of([(1, 2.0), (2, 4.0)], [(1, 4.0), (2, 2.0)], entropy=4.0)
    first, second = (positions(line.path) for line in chart.lines)
    assert first[0][1] == second[1][1]
    assert first[1][1] == second[0][1] == chart.levels[0].y


@pytest.mark.parametrize("missing", [NAN, INF, -INF])
def test_a_missing_value_breaks_the_curve(missing):
    chart = chart_of([(1, 1.0), (2, 1.5), (3, missing), (4, 2.0), (5, 2.5)])
    assert chart.lines[0].path.count("M") == 2
    assert len(positions(chart.lines[0].path)) == 4
    assert chart.num_gaps == 1


def test_a_point_between_gaps_is_marked_since_no_curve_shows_it():
    (line,) = chart_of([(1, 1.0), (2, 2.0), (3, NAN), (4, 3.0), (5, NAN)]).lines
    assert [dot.is_lone for dot in line.dots] == [False, False, True]


def test_a_single_point_is_visible_and_named():
    chart = chart_of([(10, 4.5)])
    assert [(d.hover, d.is_lone) for d in chart.lines[0].dots] == [("curve 0, step 10: 4.50", True)]
    assert not chart.is_empty


@pytest.mark.parametrize("value", [0.0, 6.6, -3.0, 1e-4, 1e11])
def test_a_constant_series_is_a_level_line_inside_its_ticks(value):
    chart = chart_of([(1, value), (2, value), (3, value)])
    (y,) = {y for _, y in positions(chart.lines[0].path)}
    ticks = [tick.at for tick in chart.y_ticks]
    assert min(ticks) <= y <= max(ticks)
    assert len(ticks) >= 2


@pytest.mark.parametrize("points", [[], [(1, NAN)], [(1, INF), (2, NAN)]])
def test_a_series_without_values_is_an_empty_chart_that_says_so(points):
    chart = chart_of(points)
    assert chart.is_empty
    assert chart.label == "curve 0: no values."


def test_the_chart_in_words_gives_first_and_last_values_and_levels():
    chart = chart_of([(10, 8.9), (1200, 5.9)], entropy=6.6)
    assert chart.label == "curve 0: 8.90 at step 10, 5.90 at step 1,200. entropy: 6.60."


@given(st.lists(VALUES, max_size=20), st.integers(1, 100))
def test_thinning_keeps_order_extremes_gaps_and_the_end(values, repeat):
    points = list(enumerate(values * repeat))
    kept = thinned(points)
    assert len(kept) <= 3 * MAX_BUCKETS + 1
    assert [x for x, _ in kept] == sorted({x for x, _ in kept})
    assert set(kept) <= set(points)
    drawn, drawn_kept = ([y for _, y in ps if is_drawn(y)] for ps in (points, kept))
    assert min(drawn, default=0) == min(drawn_kept, default=0)
    assert max(drawn, default=0) == max(drawn_kept, default=0)
    assert any(not is_drawn(y) for _, y in kept) == any(not is_drawn(y) for _, y in points)
    assert kept[-1:] == points[-1:]


def test_one_spike_in_a_long_series_stays_visible():
    points = [(step, 50.0 if step == 7777 else 5.0) for step in range(20_000)]
    assert (7777, 50.0) in thinned(points)


@given(st.lists(st.floats(-1e11, 1e11), min_size=1))
def test_value_ticks_are_even_few_and_frame_the_values(values):
    axis = value_axis(values)
    ticks = [tick.at for tick in axis.ticks]
    slack = 1e-12 + 1e-9 * max(abs(value) for value in values)
    assert axis.low <= min(values) + slack
    assert axis.high >= max(values) - slack
    assert 2 <= len(ticks) <= 8
    gaps = [a - b for a, b in itertools.pairwise(ticks)]
    assert max(gaps) - min(gaps) <= 0.21  # each is rounded to a tenth of a pixel
    assert (ticks[0], ticks[-1]) == (BOTTOM, TOP)


@given(st.lists(STEPS, max_size=20))
def test_step_ticks_begin_at_zero_and_have_labels_of_their_own(steps):
    labels = [tick.label for tick in step_axis(steps).ticks]
    assert labels[0] == "0"
    assert len(set(labels)) == len(labels)


@given(st.floats(1e-11, 1e11))
def test_a_nice_step_is_1_2_or_5_and_not_much_larger_than_asked(rough):
    step = nice_step(rough)
    assert rough * (1 - 1e-9) <= step <= 2.51 * rough
    assert f"{step:.0e}"[0] in "125"


@pytest.mark.parametrize(
    ("value", "step", "largest", "label"),
    [
        (0, 1, 5, "0"),
        (6, 1, 9, "6"),
        (0.25, 0.05, 0.5, "0.25"),
        (20_000, 10_000, 50_000, "20k"),
        (1_500_000, 500_000, 2_000_000, "1.5M"),
        (0.00005, 0.00005, 0.0001, "0.5e-4"),
        (600, 200, 600, "600"),
    ],
)
def test_tick_labels_are_short(value, step, largest, label):
    assert tick_label(value, step, largest) == label


@given(SHARES, SHARES, VALUES)
def test_bars_stand_on_the_axis_inside_the_plot(expected, observed, mean):
    chart = histogram(expected, observed, mean)
    for bar in [*chart.observed, *chart.expected]:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= RIGHT
        assert bar.y >= TOP
        assert bar.y + bar.height == pytest.approx(BOTTOM, abs=0.11)
    assert chart.mean_x is None or LEFT <= chart.mean_x <= RIGHT
    assert len(chart.observed) == sum(not math.isnan(s) for s in observed)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_bars_of_one_histogram_never_overlap(shares):
    chart = histogram(shares, shares, 1.0)
    bars = sorted([*chart.observed, *chart.expected], key=lambda bar: bar.x)
    assert all(a.x + a.width <= b.x + 0.11 for a, b in itertools.pairwise(bars))


def test_histogram_tells_lengths_and_shares_in_its_hover_texts_and_label():
    chart = histogram([0.75, 0.25], [0.7, 0.3], 1.3)
    assert [bar.hover for bar in chart.observed] == [
        "1 word, observed: 70.0%",
        "2 words, observed: 30.0%",
    ]
    assert "2: 30.0% observed, 25.0% expected" in chart.label


def test_the_mean_lies_between_the_bars_it_averages():
    chart = histogram([0.5, 0.5], [0.5, 0.5], 1.5)
    first, second = chart.x_ticks
    assert chart.mean_x == pytest.approx((first.at + second.at) / 2, abs=0.1)


@pytest.mark.parametrize("mean", [NAN, INF, 0.0, 11.0])
def test_a_mean_off_the_chart_is_not_drawn(mean):
    assert histogram([0.1] * 10, [0.1] * 10, mean).mean_x is None
