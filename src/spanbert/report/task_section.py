"""Figures of any task's models -> tables of the page, lines of a terminal, and one sentence.

A kind of task has a row of results for each start: the encoder, and after pre-training random
weights too. `qa_section.py`, `coref_section.py` and `classification_section.py` show what only
their tasks have.
"""

from collections.abc import Iterable, Mapping, Sequence
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

Row = dict[str, Any]  # what the evaluation of one model gave


def rows_of(results: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The rows of each kind of task that was fine-tuned, in the page's order."""
    return {kind: results[kind] for kind in TITLES if results.get(kind)}


def figure_name(name: str) -> str:
    """A figure's name in words."""
    return _NAMES.get(name, plain(name))


def figures_in_order(row: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a task's model, the one that it is judged by first."""
    figures = figures_of(row)
    chief = {name: figures[name] for name in _CHIEF if name in figures}
    return chief | figures


def splits_of(row: Row) -> dict[str, Row]:
    """What was scored, by the name of the split; the reported one first."""
    return {row["split"]: row} | {name: row[name] for name in _OTHER_SPLITS if name in row}


def summary_table(rows_by_kind: Mapping[str, Sequence[Row]]) -> Table:
    """One line for each model: what it is judged by, on what, and how seeds differ."""
    lines = []
    for kind, rows in rows_by_kind.items():
        for row in rows:
            name, value = _chief(row)
            seeds = row.get("seeds")
            spread = mean_and_sd(seeds[name]) if seeds and name in seeds else "–"
            judged = f"{TITLES[kind]}: {figure_name(name)} on {row['split']}"
            lines.append((labelled(judged, row, rows), fixed(value, 1), spread))
    heads = ("Task", "Score", "Over seeds")
    return Table("Fine-tuned models, in percent", heads, lines, num_numeric=2)


def labelled(name: str, row: Row, rows: Sequence[Row]) -> str:
    """A name of something of one row, with the start where there are rows of several."""
    return f"{name}, {row['start']}" if len(rows) > 1 else name


def figures_table(kind: str, rows: Sequence[Row], counted: str) -> Table:
    """All figures of each split and start, and how much it holds.

    Args:
        counted: the name in the results of the number of examples, "num_..."; told in words.
    """
    columns = {
        labelled(split.capitalize(), row, rows): splits_of(row)[split]
        for split in splits_of(rows[0])
        for row in rows
    }
    lines = [
        (figure_name(name), *(_of(found, name) for found in columns.values()))
        for name in figures_in_order(rows[0])
    ]
    sizes = (count(found[counted]) for found in columns.values())
    lines.append((plain(counted).removeprefix("num ").capitalize(), *sizes))
    caption = f"{TITLES[kind]}, in percent"
    return Table(caption, ("Figure", *columns), lines, num_numeric=len(columns))


def seeds_table(rows: Sequence[Row]) -> Table | None:
    """Mean and standard deviation where models are the best of several seeds."""
    found = {labelled("Mean", row, rows): row["seeds"] for row in rows if row.get("seeds")}
    if not found:
        return None
    first = next(iter(found.values()))
    lines = [
        (figure_name(n), *(mean_and_sd(seeds[n]) for seeds in found.values()))
        for n in first
        if n != "n"
    ]
    caption = f"Mean ± standard deviation over {count(first['n'])} seeds, in percent"
    return Table(caption, ("Figure", *found), lines, num_numeric=len(found))


def start_note(rows: Sequence[Row]) -> str:
    """Of which start the tables are that show one alone."""
    return f" Tables and charts that name no start: {rows[0]['start']}." if len(rows) > 1 else ""


def loss_chart(rows: Sequence[Row]) -> LineChart:
    """The curves of the trainings that gave the models."""
    curves = [
        Series(row["start"], [(point["step"], point["loss"]) for point in row.get("curve", [])])
        for row in rows
    ]
    return line_chart(curves, y_format=".2f")


def figure_lines(kind: str, rows: Sequence[Row]) -> list[str]:
    """The figures as lines of a table in a terminal."""
    named = (labelled(row["split"], row, rows) for row in rows)
    return [_line(f"{TITLES[kind]}, percent", named)] + [
        _line(f"  {figure_name(name)}", (_of(row, name) for row in rows))
        for name in figures_in_order(rows[0])
    ]


def told(kind: str, rows: Sequence[Row]) -> str:
    """What the models are judged by, on what, in a few words."""
    name, _ = _chief(rows[0])
    scores = [
        _of(row, name) + (f" from {_weights(row['start'])}" if len(rows) > 1 else "")
        for row in rows
    ]
    reached = " beside ".join(scores)
    return f"{TITLES[kind]}: {figure_name(name)} is {reached} on {rows[0]['split']}."


def _chief(row: Row) -> tuple[str, float]:
    """What a model is judged by."""
    return next(iter(figures_in_order(row).items()))


def _weights(start: str) -> str:
    return f"{start.removesuffix(' weights')} weights"


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{clipped(name, 32):<32}" + "".join(f"{clipped(cell, 22):>23}" for cell in cells)


def _of(found: Mapping[str, Any], name: str) -> str:
    return fixed(found[name], 1) if name in found else "–"
