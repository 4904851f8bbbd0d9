"""A benchmark and seeds -> its cells, or why it cannot be run.

A cell is one benchmark with one seed: its recipe's whole search, fine-tuning and scoring. Its name
holds a digest of all that decides what comes out, so that finished work is found again, whatever
else is asked for, and what changed is done anew.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.config import Config
from spanbert.errors import DataError, DependencyError, IntegrityError, SpanbertError
from spanbert.storage import sha256_of
from spanbert.suite.benchmarks import Benchmark
from spanbert.suite.files import told_absent
from spanbert.suite.found import Found
from spanbert.tasks.kinds import KINDS


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
        failure: what is wrong with its files, where they are there and cannot be used.
    """

    benchmark: Benchmark
    files: tuple[DataFile, ...] = ()
    why_not: str = ""
    cells: tuple[Cell, ...] = ()
    failure: SpanbertError | None = None

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
        data: the folder that files are looked for in.
        made_from: digests of the start and of the code.
    """

    config: Config
    data: Path
    seeds: tuple[int, ...]
    made_from: Mapping[str, str]


def planned(one: Found, around: Around) -> Planned:
    """The benchmark's cells, or why there are none."""
    benchmark = one.benchmark
    if absent := one.files.absent:
        return Planned(benchmark, why_not=told_absent(benchmark, absent, around.data))
    try:
        KINDS[benchmark.kind]().require_readable(one.recipe)
    except (DataError, IntegrityError, DependencyError) as error:
        return Planned(benchmark, why_not=str(error), failure=error)
    files = tuple(
        DataFile(split, str(path.relative_to(around.data)), sha256_of(path))
        for split, some in one.files.paths.items()
        for path in some
    )
    config = replace(around.config, **{benchmark.kind: one.recipe})
    cells = tuple(_cell(benchmark, config, seed, files, around) for seed in around.seeds)
    return Planned(benchmark, files, cells=cells)


def _cell(
    benchmark: Benchmark, config: Config, seed: int, files: Sequence[DataFile], around: Around
) -> Cell:
    run = replace(config.run, name=f"{benchmark.name}-{seed}", seed=seed)
    config = replace(config, run=run)
    decisive = [config.digest, [asdict(file) for file in files], dict(around.made_from)]
    return Cell(config, hashlib.sha256(json.dumps(decisive).encode()).hexdigest())
