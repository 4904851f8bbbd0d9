"""Results of a run -> the table that a terminal shows at the end.

`page.py` and `finetuned.py` show the same results as a page.
"""

import textwrap
from typing import Any

from spanbert.report.summary import COLUMNS, clipped, count, fixed, printable, token_losses
from spanbert.report.task_section import figure_lines, rows_of
from spanbert.report.verdict import verdict


def results_table(results: dict[str, Any], report_path: str) -> str:
    """Losses, scores, model versions and where the report lies, as aligned plain text.

    No line is longer than 78 columns, save that of a longer `report_path`: a path that is cut
    cannot be opened.
    """
    lines = [f"Run {clipped(results['run_id'], 50)}, seed {results['seed']}", ""]
    if "held_out" in results:
        lines += [*_loss_lines(results["held_out"]), ""]
    for kind, rows in rows_of(results).items():
        lines += [*(_score_lines(rows) if kind == "qa" else figure_lines(kind, rows)), ""]
    lines += [*_model_lines(results["registered"]), f"Report: {printable(report_path)}", ""]
    lines += [line for told in verdict(results) for line in textwrap.wrap(told, COLUMNS)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _loss_lines(held_out: dict[str, Any]) -> list[str]:
    entropy = held_out["unigram_entropy"]
    lines = [_row("Held-out loss, nats per token", "loss", "unigram entropy", "difference")]
    losses = token_losses(held_out)
    for name, loss in ((f"{n[0].lower()}{n[1:]}", loss) for n, loss in losses.items()):
        difference = loss - entropy
        sign = "+" if difference > 0 else ""
        lines.append(
            _row(f"  {name}", fixed(loss, 2), fixed(entropy, 2), sign + fixed(difference, 2))
        )
    return lines


def _score_lines(qa: list[dict[str, Any]]) -> list[str]:
    """Exact match and F1 of each start, as lines of a table."""
    lines = [_row("Question answering, percent", "exact match", "F1", "questions")]
    for row in qa:
        scores = fixed(row["exact_match"], 1), fixed(row["f1"], 1), count(row["num_questions"])
        lines.append(_row(f"  {row['start']}", *scores))
    return lines


def _model_lines(registered: list[dict[str, Any]]) -> list[str]:
    """Registered versions, a line each."""
    names = [f"{m['name']} version {m['version']} ({m['alias']})" for m in registered]
    return [clipped(f"Registered: {name}", COLUMNS) for name in names or ["none"]]


def _row(name: str, *cells: str) -> str:
    first, second, third = (clipped(cell, 15) for cell in cells)
    return f"{clipped(name, 31):<31}{first:>13}{second:>17}{third:>13}"
