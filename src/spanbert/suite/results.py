"""What the cells of a suite found -> one JSON object; `table.py` shows it.

What failed, is not finished or cannot be run has its reason, and counts as nothing: never as zero.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from spanbert.evaluation.scores import figures_of
from spanbert.failures import read_failure
from spanbert.storage import write_text_atomic
from spanbert.suite.table import suite_markdown

SCHEMA_VERSION = 1
RESULTS = "suite.json"
_FILE = "scores.json"  # of a cell, in its folder
_NOT_FINISHED = "not finished -> run the same command again"


def keep_scores(folder: Path, scores: Mapping[str, Any]) -> dict[str, float]:
    """Keep what the table needs of a model's scores in its cell's folder; returns the figures.

    Args:
        scores: "split" and figures, as evaluation of a task gives them; those of another split
            are named with it: "mismatched.accuracy".
    """
    figures = figures_of(scores)
    for split, section in scores.items():
        if isinstance(section, Mapping):
            figures |= {f"{split}.{name}": value for name, value in figures_of(section).items()}
    write_text_atomic(folder / _FILE, json.dumps({"split": scores["split"], "figures": figures}))
    return figures


def gather_suite(plan: Mapping[str, Any], cells: Path) -> dict[str, Any]:
    """The object that the table shows.

    Args:
        plan: "title", "start", "seeds", "has_grids", "overrides", "averages", "notes" and in
            "benchmarks" a `Planned` as JSON.
        cells: the folder of all cells' folders.
    """
    rows = [_row(benchmark, cells) for benchmark in plan["benchmarks"]]
    by_name = {row["name"]: row for row in rows}
    return {
        "schema_version": SCHEMA_VERSION,
        **plan,
        "benchmarks": rows,
        "averages": [_average(one, by_name) for one in plan["averages"]],
        "overlaps": [
            [row["title"], by_name[other]["title"]]
            for row in rows
            for other in row["overlaps"]
            if row["split"] and by_name.get(other, {}).get("split")
        ],
    }


def write_results(results: Mapping[str, Any], folder: Path) -> None:
    """Write suite.json and suite.md into a folder."""
    write_text_atomic(folder / RESULTS, json.dumps(results, indent=1))
    write_text_atomic(folder / "suite.md", suite_markdown(results))


def _row(benchmark: Mapping[str, Any], cells: Path) -> dict[str, Any]:
    """One benchmark with what its cells found, and why others found nothing."""
    scores = [figure["score"] for figure in benchmark["figures"]]
    found: dict[int, dict[str, Any]] = {}
    failed: dict[int, str] = {}
    for cell in benchmark["cells"]:
        seed, folder = cell["seed"], cells / cell["name"]
        if why := _why_not(folder, scores):
            failed[seed] = why
        else:
            found[seed] = json.loads((folder / _FILE).read_text())
    figures = [_figure(figure, found) for figure in benchmark["figures"]]
    split = next((one["split"] for one in found.values()), "")
    return {**benchmark, "figures": figures, "split": split, "failed": failed}


def _why_not(folder: Path, scores: Sequence[str]) -> str:
    """Why a cell has not these scores; empty where it has."""
    path = folder / _FILE
    if not path.is_file():
        failure = read_failure(folder)
        return str(failure) if failure else _NOT_FINISHED
    known = json.loads(path.read_text())["figures"]
    missing = [name for name in scores if name not in known]
    return f"evaluation gives no {missing[0]}, but {', '.join(known)}" if missing else ""


def _figure(figure: Mapping[str, Any], found: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """One figure over its seeds, beside the paper's; None for what is not there."""
    values = {seed: scores["figures"][figure["score"]] for seed, scores in found.items()}
    ours = mean(values.values()) if values else None
    return {
        **figure,
        "values": values,
        "mean": ours,
        "sd": stdev(values.values()) if len(values) > 1 else None,
        "difference": _difference(ours, figure["paper"]),
    }


def _average(average: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Means over the parts, each the mean of its figures; None where a part has none."""
    parts = [rows[name] for name in average["parts"]]
    means = {name: _mean_of_parts(parts, name) for name in ("mean", "paper", "base")}
    difference = _difference(means["mean"], means["paper"])
    absent = [part["title"] for part in parts if not part["split"]]
    return {**average, **means, "difference": difference, "absent": absent}


def _mean_of_parts(parts: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [[figure[name] for figure in part["figures"]] for part in parts]
    if any(value is None for some in values for value in some):
        return None
    return mean(mean(some) for some in values)


def _difference(ours: float | None, paper: float | None) -> float | None:
    return None if ours is None or paper is None else ours - paper
