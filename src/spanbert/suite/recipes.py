"""A benchmark and what is set over its recipe -> its settings, or who is to blame."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.config import Config, parse_config
from spanbert.errors import ConfigError
from spanbert.suite.benchmarks import Benchmark
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.kinds import KINDS, recipe_of


@dataclass(frozen=True)
class Recipes:
    """How recipes are read.

    Args:
        suite: the file of benchmarks, from whose folder recipes are named.
        overrides: of settings of tasks, over those of recipes and benchmarks.
        has_grids: whether recipes are searched; else one setting of each is trained.
    """

    suite: Path
    overrides: tuple[str, ...]
    has_grids: bool

    def place(self, benchmark: Benchmark) -> str:
        """Where the benchmark is written, for messages."""
        return f"{self.suite}, benchmark {benchmark.name!r}"


def read_recipe(benchmark: Benchmark, recipes: Recipes) -> Any:
    """The benchmark's settings, a `RecipeConfig` of its kind without seeds.

    Raises:
        ConfigError: the recipe cannot be read or is of another kind, or a setting is not accepted.
    """
    kind, place = benchmark.kind, recipes.place(benchmark)
    text = _text(benchmark, recipes)
    _require_own(benchmark, place)
    own = [one for one in recipes.overrides if section_of(one) == kind]
    layers = {
        str(recipes.suite.parent / benchmark.recipe): (),
        f"{place}, settings": benchmark.settings,
        f"--set, for benchmark {benchmark.name!r}": own,
    }
    recipe = replace(recipe_of(_parsed(text, layers), kind), seeds=())
    _require_kind(benchmark, text, place)
    if recipes.has_grids:
        return recipe
    return _with_one_setting(recipe)


def _with_one_setting(recipe: RecipeConfig) -> RecipeConfig:
    """The recipe without its grid: a list of several values gives way to the value beside it."""
    gone = [many for many in recipe.grid if len(getattr(recipe, many)) > 1]
    return replace(recipe, **dict.fromkeys(gone, ()))


def section_of(override: str) -> str:
    """The section of `section.key=value`."""
    return override.partition(".")[0].strip()


def _text(benchmark: Benchmark, recipes: Recipes) -> str:
    try:
        return (recipes.suite.parent / benchmark.recipe).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"recipe = {benchmark.recipe!r} cannot be read ({error})",
            place=recipes.place(benchmark),
            remedy=f"name a file of settings by its path from {recipes.suite.parent} on",
        ) from error


def _require_own(benchmark: Benchmark, place: str) -> None:
    """Refuse settings of other sections, which no cell of the benchmark would have."""
    for one in benchmark.settings:
        if section_of(one) != benchmark.kind:
            raise ConfigError(
                f"settings has {one!r}, and kind = {benchmark.kind!r}",
                place=place,
                remedy=f"write {benchmark.kind}.KEY=VALUE",
            )


def _require_kind(benchmark: Benchmark, text: str, place: str) -> None:
    """Refuse a recipe of other kinds alone: all that it says would be passed over."""
    found = [kind for kind in KINDS if kind in tomllib.loads(text)]
    if found and benchmark.kind not in found:
        raise ConfigError(
            f"kind = {benchmark.kind!r}, and recipe = {benchmark.recipe!r} has settings of"
            f" {', '.join(found)}",
            place=place,
            remedy=f'write kind = "{found[0]}", or name a recipe of {benchmark.kind}',
        )


def _parsed(text: str, layers: Mapping[str, Sequence[str]]) -> Config:
    """The settings with all layers applied, each over those before it.

    Raises:
        ConfigError: they are not accepted; its place is the layer that began it.
    """
    applied: list[str] = []
    config, refused = Config(), None
    for place, more in layers.items():
        applied += more
        try:
            config, refused = parse_config(text, applied), None
        except ConfigError as error:
            refused = refused or ConfigError(error.cause, place=place, remedy=error.remedy)
    if refused:
        raise refused
    return config
