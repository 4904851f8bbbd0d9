"""What a task's section of a page may hold; `tasks.html.jinja` places it."""

from dataclasses import dataclass, field

from spanbert.report.charts import LineChart
from spanbert.report.part_chart import PartChart
from spanbert.report.rendering import Table


@dataclass(frozen=True)
class Breakdown:
    """Scores of parts of the examples."""

    heading: str
    title: str  # of the chart
    chart: PartChart
    table: Table


@dataclass(frozen=True)
class Section:
    """One task: tables beside the curve of its training, then its scores part by part."""

    title: str
    tables: list[Table]
    loss: LineChart
    loss_unit: str
    breakdowns: list[Breakdown] = field(default_factory=list)
    details: list[Table] = field(default_factory=list)  # long ones, to be unfolded
    note: str = ""
