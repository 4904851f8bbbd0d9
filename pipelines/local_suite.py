"""A suite of benchmarks on this machine, with one command and no server."""

import json
from pathlib import Path
from typing import Any

from pipelines.child import Request, run_in_child
from pipelines.damaged import remove_damaged
from pipelines.local import LEAST_FREE_BYTES, code_digest, link_log
from spanbert.config import Config, to_toml
from spanbert.errors import SpanbertError
from spanbert.lease import sole_owner
from spanbert.progress import Say
from spanbert.steps import CELLS
from spanbert.storage import require_free_space
from spanbert.suite.plan import Asked, Plan, plan_suite
from spanbert.suite.results import RESULTS, gather_suite, write_results


def plan_of(asked: Asked, base: Config) -> Plan:
    """The plan of a suite that runs this code.

    Raises:
        SpanbertError: as `plan_suite`.
    """
    return plan_suite(asked, base, code_digest())


def suite_folder_of(plan: Plan) -> Path:
    """Where a suite keeps its table, its log and its cells' folders."""
    return Path(plan.config.run.folder).absolute() / plan.id


def run_suite(plan: Plan, say: Say) -> tuple[dict[str, Any], SpanbertError | None]:
    """Run every cell that is not finished yet, one after another.

    A cell that fails does not keep the others from running. Where the run is cut off, the table
    tells of the cells that had finished.

    Returns:
        What the table shows, and what ended the first cell that failed; else what is wrong with
        files that are there and cannot be used.

    Raises:
        ConfigError: another process is running the same suite.
        StorageError: there is no room.
    """
    folder = suite_folder_of(plan)
    require_free_space(folder, LEAST_FREE_BYTES)
    request = Request("suite", {"cells": _cells(plan, folder)}, _arguments(plan, folder))
    with sole_owner(folder):
        remove_damaged(folder / "pipeline", say)
        (folder / RESULTS).unlink(missing_ok=True)
        failure = None
        try:
            run_in_child(folder, request, say, plan.config.training.grace_s)
        except SpanbertError as error:
            failure = error
        if not (folder / RESULTS).is_file():  # it was cut off before the table
            write_results(gather_suite(json.loads(plan.to_json()), folder / CELLS), folder)
    return json.loads((folder / RESULTS).read_text()), failure or plan.failure


def _cells(plan: Plan, folder: Path) -> dict[str, list[dict[str, str]]]:
    """What `build_suite` takes."""
    cells: dict[str, list[dict[str, str]]] = {}
    for one, cell in plan.cells:
        cell_folder = folder / CELLS / cell.name
        link_log(cell_folder)
        benchmark = one.benchmark
        cells.setdefault(benchmark.kind, []).append(
            {
                "config_toml": to_toml(cell.config),
                "run_folder": str(cell_folder),
                "benchmark": benchmark.name,
            }
        )
    return cells


def _arguments(plan: Plan, folder: Path) -> dict[str, str]:
    """Parameters of the pipeline."""
    return {
        "config_toml": to_toml(plan.config),
        "run_folder": str(folder),
        "sources_digest": plan.start_digest,
        "code_digest": code_digest(),
        "plan_json": plan.to_json(),
    }
