"""Results of sentence or relation classification -> what their section of the page shows."""

from typing import Any

from spanbert.report.rendering import Table, plain
from spanbert.report.section import Section
from spanbert.report.summary import count, fixed
from spanbert.report.task_section import TITLES, figures_table, loss_chart, seeds_table

_MOST_LABELS = 8  # in a table that is not folded
_SCORES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
_HEADS = {"glue": "Label", "relations": "Relation"}


def classification_section(kind: str, row: dict[str, Any]) -> Section:
    """What the template places, of "glue" or "relations"."""
    tables = [figures_table(kind, row, "num_examples")]
    if seeds := seeds_table(row):
        tables.append(seeds)
    details = [_confusions_table(row["confusions"])] if row.get("confusions") else []
    if labels := row.get("labels"):
        table = _labels_table(_HEADS[kind], labels)
        (tables if len(labels) <= _MOST_LABELS else details).append(table)
    unit = "cross-entropy in nats" if labels else "squared error"
    settings = ", ".join(f"{plain(name)} {value}" for name, value in row["made_for"].items())
    return Section(
        TITLES[kind], tables, loss_chart(row), unit, details=details, note=f"Settings: {settings}."
    )


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
