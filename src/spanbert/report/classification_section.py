"""Results of sentence or relation classification -> what their section of the page shows."""

from collections.abc import Sequence
from typing import Any

from spanbert.report.rendering import Table, plain
from spanbert.report.section import Section
from spanbert.report.summary import count, fixed
from spanbert.report.task_section import (
    TITLES,
    Row,
    figures_table,
    loss_chart,
    seeds_table,
    start_note,
)

_MOST_LABELS = 8  # in a table that is not folded
_SCORES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
_HEADS = {"glue": "Label", "relations": "Relation"}


def classification_section(kind: str, rows: Sequence[Row]) -> Section:
    """What the template places, of "glue" or "relations"; labels are of the first start alone."""
    row = rows[0]
    tables = [figures_table(kind, rows, "num_examples")]
    if seeds := seeds_table(rows):
        tables.append(seeds)
    details = [_confusions_table(row["confusions"])] if row.get("confusions") else []
    if labels := row.get("labels"):
        table = _labels_table(_HEADS[kind], labels)
        (tables if len(labels) <= _MOST_LABELS else details).append(table)
    unit = "cross-entropy in nats" if labels else "squared error"
    settings = ", ".join(f"{plain(name)} {value}" for name, value in row["made_for"].items())
    note = f"Settings: {settings}." + start_note(rows)
    return Section(TITLES[kind], tables, loss_chart(rows), unit, details=details, note=note)


def _labels_table(head: str, labels: dict[str, dict[str, Any]]) -> Table:
    """The scores of each label, that of most examples first."""
    ordered = sorted(labels.items(), key=lambda item: -item[1]["num_examples"])
    rows = [
        (name, count(found["num_examples"]), *(fixed(found[score], 1) for score in _SCORES))
        for name, found in ordered
    ]
    heads = (head, "Examples", *_SCORES.values())
    return Table(f"Each {head.lower()}, in percent", heads, rows, num_numeric=4)


def _confusions_table(confusions: list[dict[str, Any]]) -> Table:
    rows = [(one["gold"], one["predicted"], count(one["num_examples"])) for one in confusions]
    heads = ("Right", "Predicted", "Examples")
    return Table("Most confused pairs of labels", heads, rows, num_numeric=0)
