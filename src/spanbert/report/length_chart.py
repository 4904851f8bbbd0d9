"""Documents by length -> bars over classes that double, as long and short ones differ so much."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from spanbert.report.charts import BOTTOM, LEFT, RIGHT, Axis, Bar, Tick, value_axis
from spanbert.report.summary import count

_MAX_TICKS = 7  # labels that fit side by side
_GAP = 2.0  # pixels between bars


@dataclass(frozen=True)
class LengthChart:
    """One bar for each class [n, 2n) of lengths between the shortest and the longest."""

    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    label: str  # the chart in words


def length_chart(lengths: Mapping[str, int]) -> LengthChart | None:
    """The chart of documents by length, or None where there are none.

    Args:
        lengths: documents of at least so many characters, a power of two, and less than twice as
            many.
    """
    if not lengths:
        return None
    num_documents = {int(lowest).bit_length() - 1: n for lowest, n in lengths.items()}
    classes = range(min(num_documents), max(num_documents) + 1)
    x_axis = Axis(classes.start, classes.stop, LEFT, RIGHT)
    y_axis = value_axis([0, *num_documents.values()])
    every = math.ceil((len(classes) + 1) / _MAX_TICKS)
    found = {exponent: num_documents.get(exponent, 0) for exponent in classes}
    return LengthChart(
        bars=tuple(_bar(exponent, n, x_axis, y_axis) for exponent, n in found.items()),
        x_ticks=tuple(
            Tick(x_axis.at(n), _short(2**n)) for n in range(classes.start, classes.stop + 1, every)
        ),
        y_ticks=y_axis.ticks,
        label=" ".join(f"{_in_words(exponent, n)}." for exponent, n in found.items()),
    )


def _bar(exponent: int, num_documents: int, x_axis: Axis, y_axis: Axis) -> Bar:
    x, y = x_axis.at(exponent), y_axis.at(num_documents)
    width = round(x_axis.at(exponent + 1) - x - _GAP, 1)
    return Bar(x, y, width, round(BOTTOM - y, 1), _in_words(exponent, num_documents))


def _in_words(exponent: int, num_documents: int) -> str:
    lowest, longest = 2**exponent, 2 ** (exponent + 1) - 1
    characters = count(lowest) if lowest == longest else f"{count(lowest)} to {count(longest)}"
    return f"{characters} characters: {count(num_documents)} documents"


def _short(characters: int) -> str:
    if characters >= 10**6:
        return f"{characters / 10**6:.1f}M"
    return f"{characters / 1000:.0f}k" if characters >= 10**4 else count(characters)
