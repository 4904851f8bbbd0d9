"""Scores of named parts -> bars side by side, one for each part and series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spanbert.report.charts import BOTTOM, LEFT, RIGHT, Axis, Bar, Tick, is_drawn, value_axis
from spanbert.report.summary import Number, fixed

_FILLED = 0.8  # of the slot that a part has; the rest sets parts apart
_WIDEST = 48.0  # pixels of a bar


@dataclass(frozen=True)
class PartSeries:
    """The bars of one series, in the order of the parts."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class PartChart:
    """Series of bars over one pair of axes."""

    series: tuple[PartSeries, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    label: str  # the chart in words


def part_chart(
    parts: Sequence[str], series: Sequence[tuple[str, Mapping[str, Number]]]
) -> PartChart:
    """The chart of some scores in percent.

    Args:
        parts: their names, from left to right.
        series: name and score by part; a score that is missing, negative or not finite has no bar.
    """
    y_axis = value_axis([0, *(v for _, scores in series for v in scores.values() if _has_bar(v))])
    x_axis = Axis(-0.5, max(len(parts), 1) - 0.5, LEFT, RIGHT)  # a slot of width 1 for each part
    slot = (RIGHT - LEFT) / max(len(parts), 1)  # pixels
    share = min(_FILLED / max(len(series), 1), _WIDEST / slot)  # of a slot, for one series
    width = round(0.9 * share * slot, 1)
    return PartChart(
        series=tuple(
            PartSeries(
                name,
                tuple(
                    Bar(
                        x_axis.at(n + (place - len(series) / 2) * share),
                        y_axis.at(score),
                        width,
                        round(BOTTOM - y_axis.at(score), 1),
                        f"{part}, {name}: {fixed(score, 1)}%",
                    )
                    for n, part in enumerate(parts)
                    if _has_bar(score := scores.get(part, -1))
                ),
            )
            for place, (name, scores) in enumerate(series)
        ),
        x_ticks=tuple(Tick(x_axis.at(n), part) for n, part in enumerate(parts)),
        y_ticks=y_axis.ticks,
        label=" ".join(_in_words(name, scores) for name, scores in series),
    )


def _in_words(name: str, scores: Mapping[str, Number]) -> str:
    return f"{name}: {', '.join(f'{part} {fixed(v, 1)}' for part, v in scores.items())}."


def _has_bar(score: Number) -> bool:
    return is_drawn(score) and score >= 0
