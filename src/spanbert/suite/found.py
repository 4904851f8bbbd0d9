"""A benchmark -> its settings with the files that are there, before one is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.suite.benchmarks import Benchmark, blaming
from spanbert.suite.files import Files, find_files, names_of
from spanbert.suite.recipes import Recipes, read_recipe
from spanbert.tasks.kinds import KINDS
from spanbert.validation import known_names


@dataclass(frozen=True)
class Found:
    """A benchmark with what is there of it.

    Args:
        recipe: a `RecipeConfig`, which names the files where all are there.
    """

    benchmark: Benchmark
    recipe: Any
    files: Files


def find_benchmark(benchmark: Benchmark, recipes: Recipes, data: Path) -> Found:
    """Read the benchmark's recipe and look for its files below a folder.

    Raises:
        ConfigError: the recipe, a setting, a file's name or that of a figure is not accepted.
    """
    recipe = read_recipe(benchmark, recipes)
    with blaming(recipes.place(benchmark)):
        names = names_of(benchmark, recipe)
        figures = KINDS[benchmark.kind]().figures(replace(recipe, **names))
        known_names("figure", [one.score for one in benchmark.figures], figures)
        files = find_files(names, data)
        if files.absent:
            return Found(benchmark, recipe, files)
        paths = {split: tuple(map(str, some)) for split, some in files.paths.items()}
        return Found(benchmark, replace(recipe, **paths), files)


def require_short(benchmarks: Sequence[Found], max_positions: int) -> None:
    """Refuse inputs that are longer than the start has positions, of all benchmarks at once.

    Those whose files are absent are never read, and may be as long as they like.

    Raises:
        ConfigError: some are; tells every setting.
    """
    long: dict[tuple[str, int], list[str]] = {}
    for one in benchmarks:
        if one.recipe.longest[1] > max_positions and not one.files.absent:
            long.setdefault(one.recipe.longest, []).append(one.benchmark.name)
    if long:
        told = [f"{name} = {length} ({', '.join(some)})" for (name, length), some in long.items()]
        names = dict.fromkeys(name for name, _ in long)
        raise ConfigError(
            f"the start has {max_positions} positions, and longer inputs are asked for:"
            f" {', '.join(told)}",
            remedy=" ".join(f"--set {name}={max_positions}" for name in names),
        )
