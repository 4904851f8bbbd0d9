"""Figures of any task's model -> a table of the page, lines of a terminal, and one clause.

Question answering has a section of its own besides (`qa_section.py`).
"""

from typing import Any

from spanbert.evaluation.scores import figures_of
from spanbert.report.rendering import Table, plain
from spanbert.report.summary import clipped, fixed

TITLES = {  # by kind of task, in the order of the page
    "qa": "Question answering",
    "coref": "Coreference",
    "glue": "Sentence classification",
    "relations": "Relation extraction",
}


def figures_table(kind: str, row: dict[str, Any]) -> Table:
    """All figures, and those of dev, by which the model was chosen, where test came after."""
    splits = {row["split"]: figures_of(row)}
    if "dev" in row:
        splits["dev"] = figures_of(row["dev"])
    names = list(splits[row["split"]])
    rows = [
        (
            plain(name),
            *(fixed(found[name], 1) if name in found else "–" for found in splits.values()),
        )
        for name in names
    ]
    heads = ("Figure", *(split.capitalize() for split in splits))
    return Table(f"{TITLES[kind]}, in percent", heads, rows, num_numeric=len(splits))


def figure_lines(kind: str, row: dict[str, Any]) -> list[str]:
    """The figures as lines of a table in a terminal."""
    head = f"{f'{TITLES[kind]}, percent':<31}{row['split']:>13}"
    return [head] + [
        f"{clipped(f'  {plain(name)}', 31):<31}{fixed(value, 1):>13}"
        for name, value in figures_of(row).items()
    ]


def told(kind: str, row: dict[str, Any]) -> str:
    """The first figure, on what, in a few words."""
    name, value = next(iter(figures_of(row).items()))
    return f"{TITLES[kind]}: {plain(name)} is {fixed(value, 1)} on {row['split']}."
