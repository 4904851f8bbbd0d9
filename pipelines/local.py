"""A pipeline on this machine, with one command and no server: a run, or an ablation."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.child import Request, run_in_child, work_folders
from pipelines.choice import branches_of, pipeline_of, unnamed_files
from pipelines.containers import require_image
from pipelines.damaged import remove_damaged
from spanbert import parts
from spanbert.ablation.variants import Ablation, with_pairs
from spanbert.config import Config, to_toml
from spanbert.corpus.sources.digest import digest_sources
from spanbert.lease import sole_owner
from spanbert.model.importing.files import model_digest
from spanbert.progress import Say
from spanbert.steps import CELLS
from spanbert.storage import require_free_space, sha256_of
from spanbert.tasks.files import require_named
from spanbert.tasks.kinds import KINDS, recipe_of
from spanbert.training.resources import require_cpus, require_gpus
from spanbert.training.restart import set_aside
from spanbert.training.start import tokenizer_settings, with_start_sizes

LEAST_FREE_BYTES = 500_000_000  # documents, shards, checkpoints and models of a small run


def run_local(
    config: Config, say: Say, *, from_scratch: bool = False, in_containers: bool = False
) -> dict[str, Any]:
    """Run every step in order; returns the results that the report shows.

    Args:
        from_scratch: put checkpoints of pre-training aside that an earlier run has left.
        in_containers: steps are containers of `cluster.image`, not processes.

    Raises:
        SpanbertError: what stopped a step, with the step's exit code.
        ConfigError: another process is running the same settings, they ask for more processors
            than there are, or they name no files to fine-tune on.
    """
    folder = run_folder_of(config)
    _require_runnable(config, folder)
    kinds = {"kinds": branches_of(config)}
    request = Request(pipeline_of(config), kinds, _arguments(config, folder))
    if in_containers:
        require_image(config.cluster.image)
        request = replace(request, image=config.cluster.image, mounted=_mounted(config))
    with sole_owner(folder):
        if from_scratch:
            for work_folder in work_folders(folder):
                set_aside(work_folder, config.training.checkpoint_url)
        remove_damaged(folder / "pipeline", say)
        run_in_child(folder, request, say, config.training.grace_s)
    return json.loads((folder / "results.json").read_text())


def run_ablation(ablation: Ablation, say: Say) -> dict[str, Any]:
    """Run every cell that is not finished yet, one after another; returns what the table shows.

    A cell that fails does not keep the others from running; the failure is raised at the end.

    Raises:
        As `run_local` does.
    """
    folder = ablation_folder_of(ablation)
    _require_runnable(ablation.base, folder)
    grid = _grid_of(ablation, folder)
    for cell in grid["cells"]:
        link_log(Path(cell["run_folder"]))
    request = Request("ablation", grid, _arguments(ablation.shared, folder))
    with sole_owner(folder):
        remove_damaged(folder / "pipeline", say)
        run_in_child(folder, request, say, ablation.base.training.grace_s)
    return json.loads((folder / "ablation.json").read_text())


def ablation_folder_of(ablation: Ablation) -> Path:
    """Where an ablation keeps its table, its log and its cells' folders."""
    return Path(ablation.base.run.folder).absolute() / ablation.id


def _grid_of(ablation: Ablation, folder: Path) -> dict[str, Any]:
    """What `build_ablation` takes."""
    pairs = to_toml(with_pairs(ablation.shared, True)) if ablation.needs_pairs else ""
    cells = [
        {"config_toml": to_toml(cell), "run_folder": str(folder / CELLS / cell.run_id)}
        for cell in ablation.cells
    ]
    return {"cells": cells, "pairs_toml": pairs}


def link_log(cell_folder: Path) -> None:
    """Let a cell's steps name a log in their own folder: all write to that of all cells."""
    cell_folder.mkdir(parents=True, exist_ok=True)
    link = cell_folder / "pipeline.log"
    if not link.is_symlink():
        link.symlink_to("../../pipeline.log")


def _require_runnable(config: Config, folder: Path) -> None:
    """Refuse at once what a step would refuse after others have worked."""
    if not config.only_finetunes:
        require_cpus(config.training)
        require_gpus(config.training)
    _require_files(config)
    _require_start(config)
    require_free_space(folder, LEAST_FREE_BYTES)


def _arguments(config: Config, folder: Path) -> dict[str, str]:
    """What both pipelines take."""
    return {
        "config_toml": to_toml(config),
        "run_folder": str(folder),
        "sources_digest": sources_digest(config),
        "code_digest": code_digest(),
    }


def _require_files(config: Config) -> None:
    """Refuse before pre-training what fine-tuning would refuse after it."""
    for name in unnamed_files(config):
        require_named(name, (), f"{name.rpartition('.')[2]}.json")
    for kind in branches_of(config):
        KINDS[kind]().require_readable(recipe_of(config, kind))


def _require_start(config: Config) -> None:
    """Refuse before any step a model that pre-training could not start from."""
    with_start_sizes(config)
    tokenizer_settings(config)


def _mounted(config: Config) -> list[str]:
    """The folder of all runs, and what steps read from outside it."""
    read = [*config.corpus.sources, *_task_files(config)]
    read += [tokenizer_settings(config).path, config.training.start]
    paths = sorted({str(Path(path).absolute()) for path in read if path and Path(path).exists()})
    return [str(Path(config.run.folder).absolute()), *paths]


def sources_digest(config: Config) -> str:
    """sha256 over all that steps read from outside the run folder."""
    sources = config.corpus.sources
    content = [digest_sources(sources, config.corpus)] if sources else []
    content += [sha256_of(Path(file)) for file in _task_files(config)]
    models = {tokenizer_settings(config).path, config.training.start} - {""}
    content += [model_digest(Path(model)) for model in sorted(models)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _task_files(config: Config) -> list[str]:
    """All that fine-tuning and evaluation read."""
    return [file for kind in branches_of(config) for file in recipe_of(config, kind).files]


def run_folder_of(config: Config) -> Path:
    """Where a run keeps its checkpoints, log and report."""
    return Path(config.run.folder).absolute() / config.run_id


def code_digest() -> str:
    """sha256 over the package's and the components' sources: changed code is never cached."""
    return parts.code_digest("spanbert", "components", "pipelines")
