"""A grid of schemes, objectives and seeds -> the settings of each cell (SpanBERT, section 6).

A cell's settings come from the base settings and its own place in the grid alone: its finished work
is found again when the grid grows. Cells of one seed share initial weights, fine-tuning order and,
where their segments are the same, the order of pre-training data; so they are compared in pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from spanbert.ablation.tasks import TASKS
from spanbert.config import Config
from spanbert.errors import ConfigError
from spanbert.masking.config import SchemeName
from spanbert.tasks.kinds import kinds_of
from spanbert.validation import known_names

SCHEMES: tuple[SchemeName, ...] = get_args(SchemeName)  # in the order of the paper's Table 6
ANNOTATED = frozenset({"named-entities", "noun-phrases"})


@dataclass(frozen=True)
class Objective:
    """What one row of the paper's Table 7 trains on besides masked tokens."""

    nsp: bool  # segment pairs and next sentence prediction
    sbo: bool


OBJECTIVES = {  # in the order of the paper's Table 7
    "2seq-nsp": Objective(nsp=True, sbo=False),
    "1seq": Objective(nsp=False, sbo=False),
    "1seq-sbo": Objective(nsp=False, sbo=True),
}


@dataclass(frozen=True)
class Grid:
    """What is varied; all in the paper's order and without repetition."""

    schemes: tuple[str, ...]
    objectives: tuple[str, ...]
    seeds: tuple[int, ...]
    tasks: tuple[str, ...]


def grid_of(
    schemes: Sequence[str], objectives: Sequence[str], seeds: Sequence[int], tasks: Sequence[str]
) -> Grid:
    """The grid with these names.

    Raises:
        ConfigError: a name is not known; says the nearest one.
    """
    return Grid(
        known_names("scheme", schemes, SCHEMES),
        known_names("objective", objectives, OBJECTIVES),
        tuple(sorted(set(seeds))),
        known_names("task", tasks, TASKS),
    )


@dataclass(frozen=True)
class Ablation:
    """One base and what is varied around it.

    Raises:
        ConfigError: a scheme needs annotated shards and the base names no annotator, or the base
            names files of a task that is not fine-tuned.
    """

    base: Config
    grid: Grid

    def __post_init__(self) -> None:
        annotated = [scheme for scheme in self.grid.schemes if scheme in ANNOTATED]
        if annotated and not self.base.shards.annotator:
            raise ConfigError(
                f"{' and '.join(annotated)} need entities and noun phrases marked in the shards",
                place="shards.annotator",
                remedy="--set shards.annotator=en_core_web_sm, or another spaCy pipeline",
            )
        for kind in (kind for kind in kinds_of(self.base) if kind not in TASKS):
            raise ConfigError(
                f"an ablation fine-tunes {' and '.join(TASKS)} alone",
                place=kind,
                remedy=f"leave out [{kind}], and what names its files",
            )

    @property
    def id(self) -> str:
        """Of the base alone, so that a grown grid is the same ablation."""
        return f"ablation-{self.base.run_id}"

    @property
    def shared(self) -> Config:
        """Settings of the steps that all cells share: corpus, tokenizer, single segments."""
        registry = replace(
            self.base.registry, experiment=f"{self.base.registry.experiment}-{self.id}"
        )
        objective = replace(self.base.objective, nsp=False)  # a cell's own says whether it is asked
        return with_pairs(replace(self.base, registry=registry, objective=objective), False)

    @property
    def needs_pairs(self) -> bool:
        """Whether a cell trains on segment pairs."""
        return any(OBJECTIVES[name].nsp for name in self.grid.objectives)

    @property
    def cells(self) -> list[Config]:
        """Settings of every cell, row by row and in each row seed by seed."""
        return [
            cell_config(self.shared, scheme, objective, seed)
            for scheme in self.grid.schemes
            for objective in self.grid.objectives
            for seed in self.grid.seeds
        ]


def with_pairs(config: Config, pairs: bool) -> Config:
    """The settings with shards of segment pairs, or of single segments."""
    return replace(config, shards=replace(config.shards, pairs=pairs))


def cell_config(shared: Config, scheme: str, objective: str, seed: int) -> Config:
    """Settings of one cell.

    Subword masking replaces each token by a draw of its own, as BERT does; in the other schemes the
    tokens of a span share one.
    """
    wanted = OBJECTIVES[objective]
    weight = (shared.objective.sbo_weight or 1.0) if wanted.sbo else 0.0
    replacement: Literal["token", "span"] = "token" if scheme == "subword-tokens" else "span"
    return replace(
        with_pairs(shared, wanted.nsp),
        run=replace(shared.run, name=f"{scheme}-{objective}-{seed}", seed=seed),
        masking=replace(shared.masking, scheme=scheme, replacement=replacement),
        objective=replace(shared.objective, nsp=wanted.nsp, sbo_weight=weight),
    )


def objective_of(config: Config) -> str:
    """The name of a cell's objective."""
    wanted = Objective(nsp=config.objective.nsp, sbo=config.objective.has_sbo)
    return next(name for name, objective in OBJECTIVES.items() if objective == wanted)
