"""Scores of all cells -> one JSON object; `table.py` shows it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.ablation import paper
from spanbert.ablation.comparison import CellScores, compare, smallest_p
from spanbert.ablation.table import ablation_markdown
from spanbert.ablation.tasks import TASKS
from spanbert.ablation.variants import objective_of
from spanbert.config import Config
from spanbert.evaluation.scores import headline, read_scores
from spanbert.storage import write_text_atomic

SCHEMA_VERSION = 1


def cell_scores(config: Config, score_folders: Sequence[Path]) -> CellScores:
    """What the steps of one cell found, under the cell's place in the grid."""
    figures: dict[str, float] = {}
    for folder in score_folders:
        figures |= headline(read_scores(folder))
    return CellScores(
        config.masking.scheme, objective_of(config), config.run.seed, config.run_id, figures
    )


def gather_ablation(name: str, config: Config, cells: Sequence[CellScores]) -> dict[str, Any]:
    """The object that the table shows.

    Args:
        config: shared by the cells; its training section is that of all of them.
    """
    rows = compare(cells)
    seeds = list(rows[0].run_ids)
    return {
        "schema_version": SCHEMA_VERSION,
        "ablation": name,
        "seeds": seeds,
        "smallest_p": smallest_p(len(seeds)),
        "steps": config.training.steps,
        "batch_tokens": config.training.batch_tokens,
        "tasks": [name for name, task in TASKS.items() if task.score in rows[0].figures],
        "rows": [
            asdict(row) | {"paper": paper.paper_scores(row.scheme, row.objective)} for row in rows
        ],
        "paper": {
            "source": paper.SOURCE,
            "columns": paper.COLUMNS,
            "table_6": paper.TABLE_6,
            "table_7": paper.TABLE_7,
        },
    }


def read_cell(folder: Path) -> CellScores:
    """What `write_scores` published of one cell."""
    return CellScores(**read_scores(folder)["cell"])


def write_results(results: dict[str, Any], folder: Path) -> None:
    """Write ablation.json and ablation.md into a folder."""
    write_text_atomic(folder / "ablation.json", json.dumps(results, indent=1))
    write_text_atomic(folder / "ablation.md", ablation_markdown(results))
