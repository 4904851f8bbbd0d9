"""Bins of confidence -> a curve of success over confidence, beside the diagonal of honesty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanbert.report.charts import Dot, Line, Tick, step_axis, value_axis
from spanbert.report.summary import count, percent


@dataclass(frozen=True)
class CalibrationChart:
    """Curves over a square of percentages."""

    lines: tuple[Line, ...]
    diagonal: str  # SVG path data
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    label: str  # the chart in words


_X, _Y = step_axis([100]), value_axis([0, 100])


def calibration_chart(
    series: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
) -> CalibrationChart:
    """The chart of some models.

    Args:
        series: name and bins as `qa_analysis.calibration` gives them; a bin whose shares lie
            outside of [0, 1] is left out.
    """
    drawn = [(name, [one for one in bins if _is_drawn(one)]) for name, bins in series]
    return CalibrationChart(
        lines=tuple(_line(name, bins) for name, bins in drawn),
        diagonal=f"M{_X.at(0)} {_Y.at(0)}L{_X.at(100)} {_Y.at(100)}",
        x_ticks=_X.ticks,
        y_ticks=_Y.ticks,
        label=" ".join(
            f"{name}: {'; '.join(_in_words(one) for one in bins) or 'no values'}."
            for name, bins in drawn
        ),
    )


def _line(name: str, bins: Sequence[Mapping[str, Any]]) -> Line:
    places = [(_X.at(100 * one["confidence"]), _Y.at(100 * one["exact"])) for one in bins]
    path = "".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(places))
    dots = [
        Dot(*place, f"{name}, {_in_words(one)}", is_lone=True)
        for place, one in zip(places, bins, strict=True)
    ]
    return Line(name, path, tuple(dots))


def _in_words(one: Mapping[str, Any]) -> str:
    return (
        f"confidence {percent(one['confidence'])}: {percent(one['exact'])} right of"
        f" {count(one['num_questions'])}"
    )


def _is_drawn(one: Mapping[str, Any]) -> bool:
    return 0 <= one["confidence"] <= 1 and 0 <= one["exact"] <= 1
