"""What a user asks for -> the plan of a suite: its cells, and all that its table tells of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.config import Config
from spanbert.errors import ConfigError, DataError, SpanbertError
from spanbert.model.importing.files import model_digest
from spanbert.model.importing.layouts import read_source
from spanbert.storage import MANIFEST
from spanbert.suite.benchmarks import Suite, read_suite, suite_path
from spanbert.suite.cells import Around, Cell, Planned, planned
from spanbert.suite.found import find_benchmark, require_short
from spanbert.suite.recipes import Recipes
from spanbert.tasks.kinds import KINDS, recipe_of
from spanbert.training.start import tokenizer_settings
from spanbert.validation import known_names


@dataclass(frozen=True)
class Asked:
    """One call of `spanbert evaluate --suite`.

    Args:
        suite: a name of `configs/suites`, or the path of a TOML file.
        data: the folder that files are looked for in.
        start: the model that every cell starts from.
        only: names of benchmarks; none: all.
        has_grids: whether recipes are searched; else one setting of each is trained.
        overrides: of settings of tasks, `section.key=value` as --set has them.
    """

    suite: str
    data: Path
    start: Path
    seeds: tuple[int, ...]
    only: tuple[str, ...] = ()
    has_grids: bool = True
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for seed in self.seeds:
            if seed < 0:
                raise ConfigError(f"--seeds {seed} < 0", remedy="name whole numbers from 0 on")


@dataclass(frozen=True)
class Plan:
    """All that is run, and told.

    Args:
        id: of the settings that all cells share, so that a grown suite is the same.
        config: of the steps that all cells share, and of the table.
        start_digest: over the start and its vocabulary.
        table: the facts that the table begins with.
    """

    id: str
    config: Config
    start_digest: str
    benchmarks: tuple[Planned, ...]
    table: dict[str, Any]

    @property
    def cells(self) -> list[tuple[Planned, Cell]]:
        """All cells, in the order of the table."""
        return [(one, cell) for one in self.benchmarks for cell in one.cells]

    @property
    def failure(self) -> SpanbertError | None:
        """What is wrong with the files of the first benchmark whose files cannot be used."""
        return next((one.failure for one in self.benchmarks if one.failure), None)

    def to_json(self) -> str:
        """What `results.gather_suite` takes."""
        return json.dumps(self.table | {"benchmarks": [one.as_json() for one in self.benchmarks]})


def plan_suite(asked: Asked, base: Config, code_digest: str) -> Plan:
    """Settle which cells there are, and why others cannot be.

    Args:
        base: settings of all cells but those of tasks, which recipes have.
        code_digest: of the code that steps run.

    Raises:
        ConfigError: the suite, a recipe or a setting is not accepted, or the start has no
            vocabulary beside it.
        DataError, CheckpointError, IntegrityError: the start cannot be read, or there is no folder
            of data.
    """
    path = suite_path(asked.suite)
    suite = read_suite(path)
    _require_folder(asked.data)
    shared = _shared(asked, base, path.stem)
    experiment = f"{base.registry.experiment}-{shared.run_id}"
    config = replace(shared, registry=replace(base.registry, experiment=experiment))
    models = {"start": asked.start, "vocabulary": Path(tokenizer_settings(shared).path)}
    digests = {role: model_digest(folder) for role, folder in models.items()}
    around = Around(
        config=config,
        data=asked.data,
        seeds=asked.seeds,
        made_from=digests | {"code": code_digest},
    )
    names = known_names("benchmark", asked.only, [one.name for one in suite.benchmarks])
    chosen = [one for one in suite.benchmarks if not names or one.name in names]
    recipes = Recipes(path, asked.overrides, asked.has_grids)
    found = [find_benchmark(one, recipes, asked.data) for one in chosen]
    require_short(found, config.model.max_positions)
    benchmarks = tuple(planned(one, around) for one in found)
    table = _table(asked, suite, digests["start"], [one.name for one in chosen])
    digest = hashlib.sha256(json.dumps(digests).encode()).hexdigest()
    return Plan(shared.run_id, config, digest, benchmarks, table)


def _require_folder(data: Path) -> None:
    if not data.is_dir():
        remedy = "pass the folder of the benchmarks' files to --data"
        raise DataError("no such folder", place=str(data), remedy=remedy)


def _shared(asked: Asked, base: Config, name: str) -> Config:
    """Settings of the steps that all cells share; those of tasks are each cell's own."""
    sizes = read_source(asked.start).config
    return replace(
        base,
        run=replace(base.run, name=f"suite-{name}"),
        corpus=replace(base.corpus, sources=()),
        model=sizes,
        training=replace(base.training, start=str(asked.start)),
        **{kind: type(recipe_of(base, kind))() for kind in KINDS},
    )


def _table(asked: Asked, suite: Suite, start_digest: str, names: Sequence[str]) -> dict[str, Any]:
    """The facts of the table, with the averages and notes of what was asked for."""
    start: dict[str, Any] = {"path": str(asked.start), "sha256": start_digest}
    start["finetuned_for"] = finetuned_for(asked.start)
    return {
        "title": suite.title,
        "start": start,
        "seeds": asked.seeds,
        "has_grids": asked.has_grids,
        "overrides": asked.overrides,
        "averages": [asdict(one) for one in suite.averages if set(one.parts) <= set(names)],
        "notes": [one.text for one in suite.notes if set(one.of) & set(names)],
    }


def finetuned_for(start: Path) -> list[str]:
    """The kinds of task that a model of ours was fine-tuned for."""
    path = start / MANIFEST
    settings = json.loads(path.read_text())["config"] if path.is_file() else {}
    if "run" in settings:  # pre-training keeps the settings of all stages, and made no task's model
        return []
    return [kind for kind in KINDS if kind in settings]
