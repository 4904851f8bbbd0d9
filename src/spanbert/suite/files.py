"""A benchmark and a folder of data -> its files there, or which are absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanbert.corpus.sources.packed import PACKINGS
from spanbert.suite.benchmarks import Benchmark

_RECIPES_FOLDER = "data/"  # where recipes look for their files


@dataclass(frozen=True)
class Files:
    """The files of each split, as settings name them, and the names of those that are not there."""

    paths: dict[str, list[Path]]
    absent: list[str]


def find_files(benchmark: Benchmark, recipe: Any, data: Path) -> Files:
    """Look below a folder for what the benchmark names, or else its recipe, plain or compressed."""
    files = Files({split: [] for split in recipe.splits}, [])
    for split, found in files.paths.items():
        for name in _names(benchmark, recipe, split):
            path = _at(data / name)
            if path:
                found.append(path)
            else:
                files.absent.append(name)
    return files


def told_absent(benchmark: Benchmark, names: Sequence[str], data: Path) -> str:
    """Why the benchmark cannot be run, and what would help."""
    missing = ", ".join(dict.fromkeys(names))
    return f"absent from {data}: {missing} (licence: {benchmark.licence}) -> {benchmark.source}"


def _names(benchmark: Benchmark, recipe: Any, split: str) -> tuple[str, ...]:
    named: tuple[str, ...] = getattr(benchmark, split, ())
    return named or tuple(n.removeprefix(_RECIPES_FOLDER) for n in recipe.files_of(split))


def _at(path: Path) -> Path | None:
    candidates = [path, *(path.with_name(path.name + packing) for packing in PACKINGS)]
    return next((one for one in candidates if one.is_file()), None)
