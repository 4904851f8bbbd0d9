"""Words and numbers -> HTML by a template: what all pages of reports have in common.

A page has no script and loads nothing; whatever its texts hold, they stay text. `base.html.jinja`
is the frame and the look of every page, `parts.html.jinja` draws a table or the axes of a chart.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spanbert.errors import DependencyError
from spanbert.report.charts import PLOT
from spanbert.report.summary import Number, count

if TYPE_CHECKING:
    import jinja2

# Control characters have no place in HTML, and lone surrogates none in UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Table:
    """Cells as text; the first cell of a row names it."""

    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    num_numeric: int  # columns of numbers, right after the first
    total: tuple[str, ...] = ()  # a last row, set apart, that sums up the others


@dataclass(frozen=True)
class KeyFigure:
    """One number with its name and unit."""

    name: str
    value: str
    unit: str


def render_template(name: str, content: Mapping[str, Any]) -> str:
    """A page as HTML text.

    Args:
        name: of a template beside this file.
        content: what it places, by name.

    Raises:
        DependencyError: jinja2 is not installed.
    """
    return _UNPRINTABLE.sub("\ufffd", _template(name).render(content, plot=PLOT))


def pairs(caption: str, heads: tuple[str, str], values: Mapping[str, Any]) -> Table:
    """Names and plain values as a table."""
    return Table(caption, heads, [(k, shown(v)) for k, v in values.items()], num_numeric=0)


def shown(value: str | Number | None) -> str:
    """A plain value: whole numbers get commas, the absence of a value a dash."""
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    return str(value) if value not in ("", None) else "–"


def plain(name: str) -> str:
    """A name of the code as words."""
    return name.replace("_", " ")


@functools.cache
def _template(name: str) -> "jinja2.Template":
    try:
        import jinja2
    except ImportError as error:
        raise DependencyError(
            "the report needs jinja2", remedy="install the extra: spanbert[report]"
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("spanbert", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
