"""Series of numbers -> geometry of inline SVG: paths, bars, ticks and hover texts.

All positions are pixels of one fixed drawing area; `page.html.jinja` draws what is computed here,
and `page.py` chooses what is charted.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from spanbert.report.summary import Number

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 84, 612, 16, 256  # edges of the plot; outside is room for labels
NUM_TICK_STEPS = 4  # aimed at, on each axis
MAX_BUCKETS = 200  # a longer series is thinned to this many stretches
PLOT = {
    "width": WIDTH,
    "height": HEIGHT,
    "left": LEFT,
    "right": RIGHT,
    "top": TOP,
    "bottom": BOTTOM,
}
LARGEST = 1e12  # beyond it a value is shown as a gap: differences of such values may overflow

Point = tuple[Number, Number]


@dataclass(frozen=True)
class Series:
    """A named curve, in any order of x."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: Number
    label: str


@dataclass(frozen=True)
class Axis:
    """Values [low, high] laid out over pixels [start, end]."""

    low: Number
    high: Number
    start: Number
    end: Number
    ticks: tuple[Tick, ...] = ()

    def at(self, value: Number) -> float:
        """The pixel of a value that is on the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(float(self.start + share * (self.end - self.start)), 1)


@dataclass(frozen=True)
class Dot:
    """A place that tells its value when pointed at."""

    x: float
    y: float
    hover: str
    is_lone: bool  # between two gaps, where no curve would show it


@dataclass(frozen=True)
class Line:
    """One drawn curve."""

    name: str
    path: str  # SVG path data, a new "M" after each gap
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Level:
    """A horizontal reference line."""

    name: str
    y: float


@dataclass(frozen=True)
class LineChart:
    """Curves over one pair of axes."""

    lines: tuple[Line, ...]
    levels: tuple[Level, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    num_gaps: int  # values that are not finite, left out of the curves
    label: str  # the chart in words

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(line.dots for line in self.lines)


@dataclass(frozen=True)
class Bar:
    """One column of a histogram."""

    x: float
    y: float
    width: float
    height: float
    hover: str


@dataclass(frozen=True)
class Histogram:
    """Observed shares beside expected ones, for the values 1, 2, 3 ..."""

    observed: tuple[Bar, ...]
    expected: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    mean_x: float | None  # None when the mean is off the chart
    label: str


def line_chart(
    series: Sequence[Series], *, y_format: str, levels: Mapping[str, Number] | None = None
) -> LineChart:
    """Curves over optimizer steps, with optional horizontal reference lines.

    A value that is not finite leaves a gap in its curve and is counted in `num_gaps`.

    Args:
        series: curves of (step, value).
        y_format: how values read in hover texts, as a format specification.
        levels: reference values by name; one that is not finite is left out.
    """
    ordered = [Series(s.name, _ordered(s.points)) for s in series]
    shown_levels = {name: y for name, y in (levels or {}).items() if is_drawn(y)}
    values = [y for s in ordered for _, y in s.points if is_drawn(y)]
    x_axis = step_axis([x for s in ordered for x, _ in s.points])
    y_axis = value_axis([*values, *shown_levels.values()])
    return LineChart(
        lines=tuple(_line(s, x_axis, y_axis, y_format) for s in ordered),
        levels=tuple(Level(name, y_axis.at(y)) for name, y in shown_levels.items()),
        x_ticks=x_axis.ticks,
        y_ticks=y_axis.ticks,
        num_gaps=sum(len(s.points) for s in ordered) - len(values),
        label=" ".join(
            [*(_in_words(s, y_format) for s in ordered)]
            + [f"{name}: {y:{y_format}}." for name, y in shown_levels.items()]
        ),
    )


def histogram(expected: Sequence[Number], observed: Sequence[Number], mean: Number) -> Histogram:
    """Two bars for each of the values 1, 2, 3 ..., and where the mean lies among them.

    Args:
        expected: shares in [0, 1]; the first belongs to the value 1.
        observed: the same, as counted; a share that is not finite has no bar.
        mean: of the observed values.
    """
    shares = [s for s in [*expected, *observed] if is_drawn(s)]
    num_slots = max(len(expected), len(observed), 1)
    y_axis = value_axis([0, *(100 * s for s in shares)])
    x_axis = Axis(0.5, num_slots + 0.5, LEFT, RIGHT)  # a slot of width 1 around each value
    return Histogram(
        observed=_bars("observed", observed, -0.42, x_axis, y_axis),
        expected=_bars("expected", expected, 0.02, x_axis, y_axis),
        x_ticks=tuple(Tick(x_axis.at(n), str(n)) for n in range(1, num_slots + 1)),
        y_ticks=y_axis.ticks,
        mean_x=x_axis.at(mean) if 0.5 <= mean <= num_slots + 0.5 else None,
        label=_histogram_in_words(expected, observed),
    )


def is_drawn(value: Number) -> bool:
    """Whether a value has a place on a chart."""
    return math.isfinite(value) and abs(value) < LARGEST


def thinned(points: Sequence[Point]) -> list[Point]:
    """Few enough points to draw, with every spike and gap kept.

    Of each stretch of a long series the lowest, the highest and one missing value stay.
    """
    size = math.ceil(len(points) / MAX_BUCKETS)
    if size <= 1:
        return list(points)
    kept: dict[Point, None] = {}  # in order, each point once
    for start in range(0, len(points), size):
        bucket = points[start : start + size]
        drawn = [p for p in bucket if is_drawn(p[1])]
        missing = [p for p in bucket if not is_drawn(p[1])]
        ends = [min(drawn, key=itemgetter(1)), max(drawn, key=itemgetter(1))] if drawn else []
        kept |= dict.fromkeys(sorted(ends + missing[:1], key=itemgetter(0)))
    return [*kept, *(p for p in points[-1:] if p not in kept)]


def step_axis(steps: Sequence[Number]) -> Axis:
    """The horizontal axis from step 0 to the last, with ticks at whole steps."""
    low, high = _spread([0, *steps])
    step = max(nice_step((high - low) / NUM_TICK_STEPS), 1)
    return _with_ticks(Axis(low, high, LEFT, RIGHT), step)


def value_axis(values: Sequence[Number]) -> Axis:
    """The vertical axis, widened so that it begins and ends at a tick."""
    low, high = _spread(values)
    step = nice_step((high - low) / NUM_TICK_STEPS)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return _with_ticks(Axis(low, high, BOTTOM, TOP), step)


def nice_step(rough: Number) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))


def tick_label(value: Number, step: Number, largest: Number) -> str:
    """A short label, alike along one axis: 0.25, 6, 20k, 1.5M, 0.5e-4."""
    if value == 0:
        return "0"
    divisor, suffix = _unit(largest)
    decimals = max(0, -math.floor(math.log10(step / divisor) + 1e-9))
    return f"{value / divisor:,.{decimals}f}{suffix}"


def _unit(largest: Number) -> tuple[float, str]:
    if largest >= 1e6:
        return 1e6, "M"
    if largest >= 1e4:
        return 1e3, "k"
    if largest >= 1e-2:
        return 1.0, ""
    exponent = math.floor(math.log10(largest))
    return 10.0**exponent, f"e{exponent}"


def _with_ticks(axis: Axis, step: Number) -> Axis:
    slack = 1e-9  # rounding must not lose a tick at either end
    first, last = math.ceil(axis.low / step - slack), math.floor(axis.high / step + slack)
    largest = max(abs(axis.low), abs(axis.high))
    ticks = tuple(
        Tick(axis.at(n * step), tick_label(n * step, step, largest)) for n in range(first, last + 1)
    )
    return Axis(axis.low, axis.high, axis.start, axis.end, ticks)


def _spread(values: Sequence[Number]) -> tuple[float, float]:
    """Lowest and highest value, drawn apart when they are as good as equal."""
    low, high = float(min(values, default=0)), float(max(values, default=1))
    size = max(abs(low), abs(high))
    if size < 1e-12:  # as good as zero, and too small to be divided into ticks
        return 0.0, 1.0
    if high - low <= 1e-9 * size:
        return low - 0.1 * size, high + 0.1 * size
    return low, high


def _ordered(points: Iterable[Point]) -> list[Point]:
    return sorted((p for p in points if is_drawn(p[0])), key=itemgetter(0))


def _line(series: Series, x_axis: Axis, y_axis: Axis, y_format: str) -> Line:
    path, dots = "", []
    for drawn, group in groupby(thinned(series.points), key=lambda p: is_drawn(p[1])):
        stretch = list(group) if drawn else []
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in stretch]
        path += "".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(places))
        dots += [
            Dot(*place, f"{series.name}, step {x:,}: {y:{y_format}}", is_lone=len(stretch) == 1)
            for place, (x, y) in zip(places, stretch, strict=True)
        ]
    return Line(series.name, path, tuple(dots))


def _in_words(series: Series, y_format: str) -> str:
    drawn = [p for p in series.points if is_drawn(p[1])]
    if not drawn:
        return f"{series.name}: no values."
    (first_x, first_y), (last_x, last_y) = drawn[0], drawn[-1]
    return (
        f"{series.name}: {first_y:{y_format}} at step {first_x:,},"
        f" {last_y:{y_format}} at step {last_x:,}."
    )


def _bars(
    name: str, shares: Sequence[Number], offset: float, x_axis: Axis, y_axis: Axis
) -> tuple[Bar, ...]:
    width = round(0.4 * (x_axis.at(2) - x_axis.at(1)) if len(shares) > 1 else 40.0, 1)
    bars = []
    for value, share in enumerate(shares, start=1):
        if is_drawn(share) and share >= 0:
            y = y_axis.at(100 * share)
            hover = f"{value} {'word' if value == 1 else 'words'}, {name}: {100 * share:.1f}%"
            bars.append(Bar(x_axis.at(value + offset), y, width, round(BOTTOM - y, 1), hover))
    return tuple(bars)


def _histogram_in_words(expected: Sequence[Number], observed: Sequence[Number]) -> str:
    rows = [
        f"{value}: {100 * seen:.1f}% observed, {100 * law:.1f}% expected"
        for value, (law, seen) in enumerate(zip(expected, observed, strict=False), start=1)
    ]
    return "Share of spans by length in words. " + "; ".join(rows) + "."
