"""A benchmark and seeds -> its cells, or why it cannot be run.

A cell is one benchmark with one seed: its recipe's whole search, fine-tuning and scoring. Its name
holds a digest of all that decides what comes out, so that finished work is found again, whatever
else is asked for, and what changed is done anew.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.config import Config, load_config
from spanbert.errors import ConfigError, DataError, DependencyError, IntegrityError
from spanbert.storage import sha256_of
from spanbert.suite.benchmarks import Benchmark
from spanbert.suite.files import find_files, told_absent
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.kinds import KINDS, recipe_of


@dataclass(frozen=True)
class DataFile:
    """One file of a benchmark."""

    split: str
    name: str  # below the folder of data
    sha256: str


@dataclass(frozen=True)
class Cell:
    """One benchmark with one seed.

    Args:
        digest: over all that decides what comes out.
    """

    config: Config
    digest: str

    @property
    def seed(self) -> int:
        """Of fine-tuning."""
        return self.config.run.seed

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.config.run.name}-{self.digest[:8]}"


@dataclass(frozen=True)
class Planned:
    """A benchmark with what is there of it.

    Args:
        why_not: why it cannot be run; empty where it can.
    """

    benchmark: Benchmark
    files: tuple[DataFile, ...]
    why_not: str
    cells: tuple[Cell, ...]

    def as_json(self) -> dict[str, Any]:
        """What the table needs, for the step that writes it."""
        return {
            **asdict(self.benchmark),
            "files": [asdict(file) for file in self.files],
            "why_not": self.why_not,
            "cells": [{"seed": cell.seed, "name": cell.name} for cell in self.cells],
        }


@dataclass(frozen=True)
class Around:
    """What the cells of all benchmarks share.

    Args:
        config: sections but those of tasks: sizes of the start, registry, folder of the runs.
        recipes: the folder that recipes are named from.
        data: the folder that files are looked for in.
        overrides: of settings of tasks, over those of recipes and benchmarks.
        has_grids: whether recipes are searched; else one setting of each is trained.
        made_from: digests of the start and of the code.
    """

    config: Config
    recipes: Path
    data: Path
    seeds: tuple[int, ...]
    overrides: tuple[str, ...]
    has_grids: bool
    made_from: Mapping[str, str]


def planned(benchmark: Benchmark, around: Around) -> Planned:
    """The benchmark's cells, or why there are none.

    Raises:
        ConfigError: its recipe or a setting is not accepted.
    """
    kind, config = benchmark.kind, _settings(benchmark, around)
    found = find_files(benchmark, recipe_of(config, kind), around.data)
    if found.absent:
        return Planned(benchmark, (), told_absent(benchmark, found.absent, around.data), ())
    paths = {split: tuple(map(str, some)) for split, some in found.paths.items()}
    config = replace(config, **{kind: replace(recipe_of(config, kind), **paths)})
    try:
        KINDS[kind]().require_readable(recipe_of(config, kind))
    except (DataError, IntegrityError, DependencyError) as error:
        return Planned(benchmark, (), str(error), ())
    files = tuple(
        DataFile(split, str(path.relative_to(around.data)), sha256_of(path))
        for split, some in found.paths.items()
        for path in some
    )
    cells = tuple(_cell(benchmark, config, seed, files, around) for seed in around.seeds)
    return Planned(benchmark, files, "", cells)


def with_one_setting(recipe: RecipeConfig, named: Collection[str]) -> RecipeConfig:
    """The recipe without its grid.

    A list gives way to the value beside it where it holds several, or where that one is `named`.
    """
    gone = [
        many for many, one in recipe.grid.items() if len(getattr(recipe, many)) > 1 or one in named
    ]
    return replace(recipe, **dict.fromkeys(gone, ()))


def section_of(override: str) -> str:
    """The section of `section.key=value`."""
    return override.partition(".")[0].strip()


def _settings(benchmark: Benchmark, around: Around) -> Config:
    """The benchmark's own settings among those that all share."""
    kind = benchmark.kind
    own = [one for one in around.overrides if section_of(one) == kind]
    config = load_config(around.recipes / benchmark.recipe, [*benchmark.settings, *own])
    recipe = replace(recipe_of(config, kind), seeds=())
    if not around.has_grids:
        named = {one.partition("=")[0].partition(".")[2].strip() for one in own}
        recipe = with_one_setting(recipe, named)
    try:
        return replace(around.config, **{kind: recipe})
    except ConfigError as error:
        raise ConfigError(error.cause, place=benchmark.name, remedy=error.remedy) from error


def _cell(
    benchmark: Benchmark, config: Config, seed: int, files: Sequence[DataFile], around: Around
) -> Cell:
    run = replace(config.run, name=f"{benchmark.name}-{seed}", seed=seed)
    config = replace(config, run=run)
    decisive = [config.digest, [asdict(file) for file in files], dict(around.made_from)]
    return Cell(config, hashlib.sha256(json.dumps(decisive).encode()).hexdigest())
