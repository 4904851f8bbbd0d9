"""A benchmark and a folder of data -> its files there, or which are absent."""

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanbert.corpus.sources.packed import PACKINGS
from spanbert.errors import ConfigError
from spanbert.suite.benchmarks import Benchmark

_RECIPES_FOLDER = "data/"  # where recipes look for their files


@dataclass(frozen=True)
class Files:
    """The files of each split, as settings name them, and the names of those that are not there."""

    paths: dict[str, list[Path]]
    absent: list[str]


def names_of(benchmark: Benchmark, recipe: Any) -> dict[str, tuple[str, ...]]:
    """The files of each split below the folder of data: the benchmark's, or else its recipe's.

    Raises:
        ConfigError: one is not below the folder.
    """
    return {
        split: tuple(map(_below, getattr(benchmark, split, ()) or _of_recipe(recipe, split)))
        for split in recipe.splits
    }


def find_files(names: Mapping[str, Sequence[str]], data: Path) -> Files:
    """Look below a folder for the files of each split, plain or compressed."""
    files = Files({split: [] for split in names}, [])
    for split, found in files.paths.items():
        for name in names[split]:
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


def _of_recipe(recipe: Any, split: str) -> list[str]:
    return [name.removeprefix(_RECIPES_FOLDER) for name in recipe.files_of(split)]


def _below(name: str) -> str:
    """The name without `..`, of a file that lies below the folder it is looked for in."""
    plain = os.path.normpath(name)
    first = Path(plain).parts[:1]
    if Path(plain).is_absolute() or first in ((), ("..",)):
        raise ConfigError(
            f"the file {name!r} is not below the folder of --data",
            remedy="name it by its path from there on",
        )
    return plain


def _at(path: Path) -> Path | None:
    candidates = [path, *(path.with_name(path.name + packing) for packing in PACKINGS)]
    return next((one for one in candidates if one.is_file()), None)
