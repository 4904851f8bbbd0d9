"""Results of an ablation -> its table, for a terminal and as Markdown, beside the paper's."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from spanbert.ablation.tasks import TASKS, AblationTask
from spanbert.report.markdown import markdown_table
from spanbert.report.summary import COLUMNS, count, fixed

_WIDTHS = (16, 9, 14, 8, 7, 8, 7, 7)  # of the terminal's columns, 76 in all
_NONE = "-"


def ablation_text(results: dict[str, Any]) -> str:
    """The table as aligned plain text of at most 78 columns."""
    lines = [_title(results), ""]
    for task in _tasks(results):
        lines += [f"{task.title}, percent", _aligned(_short_heads(task))]
        lines += [_aligned(_cells(row, task)) for row in results["rows"]]
        lines.append("")
    for note in _notes(results):
        lines += textwrap.wrap(note, COLUMNS)
    return "\n".join(lines) + "\n"


def ablation_markdown(results: dict[str, Any]) -> str:
    """The same, with the paper's Tables 6 and 7 in full."""
    parts = [f"# {_title(results)}"]
    for task in _tasks(results):
        heads = ["Masking", "Objective", f"{task.score_name}, mean ± sd", "Change", "p"]
        heads += [task.beside_name.capitalize(), "MLM loss", f"Paper: {task.paper_column}"]
        rows = [_cells(row, task) for row in results["rows"]]
        parts += [f"## {task.title}, percent", markdown_table(heads, rows, 2)]
    parts.append("\n".join(f"- {note}" for note in _notes(results)))
    paper = results["paper"]
    for number, varied in ((6, "Masking"), (7, "Objective")):
        rows = [
            [name, *(fixed(value, 1) for value in values)]
            for name, values in paper[f"table_{number}"].items()
        ]
        fixed_part = {6: "2seq-nsp", 7: "geometric-spans"}[number]
        parts += [
            f"## The paper's Table {number}: {varied.lower()}, with {fixed_part}",
            markdown_table([varied, *paper["columns"]], rows, 1),
        ]
    return "\n\n".join(parts) + "\n"


def _title(results: dict[str, Any]) -> str:
    seeds = ", ".join(map(str, results["seeds"]))
    return f"{results['ablation']}: seeds {seeds}"


def _tasks(results: dict[str, Any]) -> Iterator[AblationTask]:
    return (TASKS[name] for name in results["tasks"])


def _cells(row: dict[str, Any], task: AblationTask) -> list[str]:
    score, figures = row["figures"][task.score], row["figures"]
    change, p = score["difference"], score["p"]
    in_paper = row["paper"].get(task.paper_column)
    return [
        row["scheme"],
        row["objective"],
        f"{fixed(score['mean'], 1)} ± {_or_none(score['deviation'], 1)}",
        _NONE if change is None else ("+" if change > 0 else "") + fixed(change, 1),
        _or_none(p, 3),
        fixed(figures[task.beside]["mean"], 1),
        fixed(figures["held_out_mlm_loss"]["mean"], 2),
        _or_none(in_paper, 1),
    ]


def _or_none(value: float | None, digits: int) -> str:
    return _NONE if value is None else fixed(value, digits)


def _short_heads(task: AblationTask) -> list[str]:
    beside = task.beside_name.split()[0]
    return [
        "masking",
        "objective",
        f"{task.score_name} ± sd",
        "change",
        "p",
        beside,
        "MLM",
        "paper",
    ]


def _aligned(cells: Sequence[str]) -> str:
    """Two names to the left, numbers to the right."""
    first, *rest = (
        f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return " ".join([first, "".join(rest)])


def _notes(results: dict[str, Any]) -> list[str]:
    steps, tokens = results["steps"], results["batch_tokens"]
    num_seeds = len(results["seeds"])
    seeds = "1 seed" if num_seeds == 1 else f"{num_seeds} seeds"
    return [
        f"Equal compute: each cell took {count(steps)} steps of {count(tokens)} tokens,"
        f" {count(steps * tokens)} in all. Cells of one seed start from the same weights and see"
        " the same segments in the same order; pairs of segments (2seq-nsp) are segments of their"
        " own.",
        "Change is from the first row, paired by seed; p is of an exact two-sided permutation test"
        " over the seeds (signs of the differences flipped), not corrected for the number of"
        f" rows. With {seeds} no p is below"
        f" {fixed(results['smallest_p'], 3)}.",
        "MLM loss is held-out, in nats, under each row's own masking: it ranks objectives of one"
        " scheme, not schemes.",
        f"Paper: F1 in its Tables 6 and 7, {results['paper']['source']}; not comparable with"
        " its Tables 1 to 5.",
        "In the paper span masking without SBO lowers coreference (77.7 to 76.4) while it lifts"
        " question answering: do not choose a scheme by one task alone.",
    ]
