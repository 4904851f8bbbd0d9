"""Figures of any task's model -> tables of the page, lines of a terminal, and one clause.

`qa_section.py`, `coref_section.py` and `classification_section.py` show what only their tasks have.
"""

from collections.abc import Mapping
from typing import Any

from spanbert.evaluation.scores import figures_of
from spanbert.report.charts import LineChart, Series, line_chart
from spanbert.report.rendering import Table, plain
from spanbert.report.summary import clipped, count, fixed, mean_and_sd

TITLES = {  # by kind of task, in the order of the page
    "qa": "Question answering",
    "coref": "Coreference",
    "glue": "Sentence classification",
    "relations": "Relation extraction",
}
_NAMES = {
    "accuracy": "Accuracy",
    "conll_f1": "CoNLL F1",
    "exact_match": "Exact match",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "pearson": "Pearson correlation",
    "precision": "Precision",
    "pruning_recall": "Recall after pruning",
    "recall": "Recall",
    "spearman": "Spearman correlation",
}
_CHIEF = ("conll_f1", "f1")  # what a task is judged by, where it is among the figures
_OTHER_SPLITS = ("dev", "mismatched")  # told beside the main one


def figure_name(name: str) -> str:
    """A figure's name in words."""
    return _NAMES.get(name, plain(name))


def figures_in_order(row: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a task's model, the one that it is judged by first."""
    figures = figures_of(row)
    chief = {name: figures[name] for name in _CHIEF if name in figures}
    return chief | figures


def splits_of(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was scored, by the name of the split; the reported one first."""
    return {row["split"]: row} | {name: row[name] for name in _OTHER_SPLITS if name in row}


def summary_table(rows: dict[str, dict[str, Any]]) -> Table:
    """One line for each kind of task: what it is judged by, on what, and how seeds differ."""
    lines = []
    for kind, row in rows.items():
        name, value = next(iter(figures_in_order(row).items()))
        seeds = row.get("seeds")
        spread = mean_and_sd(seeds[name]) if seeds and name in seeds else "–"
        judged = f"{TITLES[kind]}: {figure_name(name)} on {row['split']}"
        lines.append((judged, fixed(value, 1), spread))
    heads = ("Task", "Score", "Over seeds")
    return Table("Fine-tuned models, in percent", heads, lines, num_numeric=2)


def figures_table(kind: str, row: dict[str, Any], counted: str) -> Table:
    """All figures of each split, and how much it holds.

    Args:
        counted: the name in the results of the number of examples, "num_..."; told in words.
    """
    splits = splits_of(row)
    rows = [
        (figure_name(name), *(_of(found, name) for found in splits.values()))
        for name in figures_in_order(row)
    ]
    sizes = (count(found[counted]) for found in splits.values())
    rows.append((plain(counted).removeprefix("num ").capitalize(), *sizes))
    heads = ("Figure", *(split.capitalize() for split in splits))
    return Table(f"{TITLES[kind]}, in percent", heads, rows, num_numeric=len(splits))


def seeds_table(row: dict[str, Any]) -> Table | None:
    """Mean and standard deviation where the model is the best of several seeds."""
    seeds = row.get("seeds")
    if not seeds:
        return None
    rows = [(figure_name(n), mean_and_sd(found)) for n, found in seeds.items() if n != "n"]
    caption = f"Mean ± standard deviation over {count(seeds['n'])} seeds, in percent"
    return Table(caption, ("Figure", "Mean"), rows, num_numeric=1)


def loss_chart(row: dict[str, Any]) -> LineChart:
    """The curve of the training that gave the model."""
    points = [(point["step"], point["loss"]) for point in row.get("curve", [])]
    return line_chart([Series(row["start"], points)], y_format=".2f")


def figure_lines(kind: str, row: dict[str, Any]) -> list[str]:
    """The figures as lines of a table in a terminal."""
    head = f"{f'{TITLES[kind]}, percent':<31}{row['split']:>13}"
    return [head] + [
        f"{clipped(f'  {figure_name(name)}', 31):<31}{fixed(value, 1):>13}"
        for name, value in figures_in_order(row).items()
    ]


def told(kind: str, row: dict[str, Any]) -> str:
    """What the model is judged by, on what, in a few words."""
    name, value = next(iter(figures_in_order(row).items()))
    return f"{TITLES[kind]}: {figure_name(name)} is {fixed(value, 1)} on {row['split']}."


def _of(found: Mapping[str, Any], name: str) -> str:
    return fixed(found[name], 1) if name in found else "–"
