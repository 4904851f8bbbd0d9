"""Scores of all kinds of task -> what pages show of them: key figures, and a section of each."""

from collections.abc import Sequence
from typing import Any

from spanbert.report.classification_section import classification_section
from spanbert.report.coref_section import coref_section
from spanbert.report.qa_section import qa_content
from spanbert.report.rendering import KeyFigure
from spanbert.report.section import Section
from spanbert.report.summary import fixed
from spanbert.report.task_section import (
    TITLES,
    Row,
    figure_name,
    figures_in_order,
    labelled,
    rows_of,
)


def tasks_content(results: dict[str, Any]) -> dict[str, Any]:
    """What `tasks.html.jinja` places, by name."""
    rows = rows_of(results)
    return {
        "has_qa": "qa" in rows,
        **qa_content(results["qa"]),
        "sections": [_section(kind, found) for kind, found in rows.items() if kind != "qa"],
    }


def task_figures(results: dict[str, Any], most: int) -> list[KeyFigure]:
    """The numbers of each model that a reader looks for first.

    Args:
        most: how many of a model; the first is what it is judged by.
    """
    return [
        KeyFigure(
            labelled(f"{TITLES[kind]}: {figure_name(name)}", row, rows), fixed(value, 1), "percent"
        )
        for kind, rows in rows_of(results).items()
        for row in rows
        for name, value in list(figures_in_order(row).items())[:most]
    ]


def _section(kind: str, rows: Sequence[Row]) -> Section:
    return coref_section(rows) if kind == "coref" else classification_section(kind, rows)
