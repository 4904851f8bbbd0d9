"""A grid of recipes and several seeds -> the model that is best on dev (SpanBERT, appendix B).

Every recipe of the grid is trained with the first seed, and the best of them with the others. What
a training found is an artifact of its own, keyed by recipe, seed and inputs, so a search that was
killed goes on at the next one. Of weights only the best so far stay on disk.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from spanbert.errors import NumericsError
from spanbert.parts import make_part
from spanbert.progress import Say, silent
from spanbert.storage import MANIFEST, publish, remove_folder, remove_partials
from spanbert.tasks.config import RecipeConfig

_FILE = "found.json"

RecipeT = TypeVar("RecipeT", bound=RecipeConfig)
AnyRecipe = TypeVar("AnyRecipe", bound=RecipeConfig, contravariant=True)


@dataclass(frozen=True)
class Trained:
    """What one training found."""

    score: float | None  # on dev; None: it was not scored, or diverged
    num_steps: int
    facts: dict[str, Any]  # what the task wants back, as JSON holds it
    diverged: str = ""  # at which step and how, where it did


@runtime_checkable
class Trainer(Protocol[AnyRecipe]):
    """A task's part of a search."""

    def train(self, recipe: AnyRecipe, seed: int, folder: Path, first_step: int) -> Trained:
        """Train once and write the model into an empty folder.

        Args:
            first_step: steps of the trainings before this one, where figures are logged by step.
        """
        ...

    def scores(self, model: Path) -> dict[str, Any]:
        """What a trained model gets on dev and test; asked for each seed of the best recipe."""
        ...


@dataclass(frozen=True)
class Cell(Generic[RecipeT]):
    """One training of the search with what it found."""

    recipe: RecipeT
    seed: int
    found: Trained

    def row(self) -> dict[str, Any]:
        """Its place in the search and its score, for people and reports."""
        place = {name: getattr(self.recipe, name) for name in self.recipe.grid.values()}
        found = {"score": self.found.score, "diverged": self.found.diverged}
        return place | {"seed": self.seed} | found


@dataclass(frozen=True)
class Found(Generic[RecipeT]):
    """The end of a search."""

    best: Cell[RecipeT]
    model: Path  # folder of the best weights, in the search's work folder
    cells: list[Cell[RecipeT]]  # all trainings, in their order
    scores_by_seed: dict[int, dict[str, Any]]  # of the best recipe; empty where there is one seed


def search(
    recipe: RecipeT,
    seeds: Sequence[int],
    trainer: Trainer[RecipeT],
    *,
    work: Path,
    inputs: Mapping[str, str],
    say: Say = silent,
) -> Found[RecipeT]:
    """Train every cell that is not finished yet, one after another.

    A training that diverges loses; of equal scores the earlier is the best.

    Args:
        recipe: with its grid.
        work: an existing folder that keeps what is finished; the caller owns it.
        inputs: digests of all that decides a training besides recipe and seed.

    Raises:
        NumericsError: every training diverged, or the only one.
        Whatever training raises besides.
    """
    remove_partials(work)
    recipes = grid_of(recipe)
    num_cells = len(recipes) + len(seeds) - 1
    kept = _Kept(trainer, work, inputs, is_alone=num_cells == 1)
    for number, one in enumerate(recipes, start=1):
        _announce(one, seeds[0], number, num_cells, say)
        kept.keep_better(kept.cell(one, seeds[0]))
    winner = kept.best
    scores = {seeds[0]: kept.scores(winner)} if len(seeds) > 1 else {}
    for number, seed in enumerate(seeds[1:], start=len(recipes) + 1):
        _announce(winner.recipe, seed, number, num_cells, say)
        cell = kept.cell(winner.recipe, seed)
        if not cell.found.diverged:
            scores[seed] = kept.scores(cell)
        kept.keep_better(cell)
    return Found(kept.best, kept.weights(kept.best), kept.cells, scores)


def grid_of(recipe: RecipeT) -> list[RecipeT]:
    """The recipe of each combination of the grid, without grid and seeds."""
    grid = recipe.grid
    choices = [getattr(recipe, many) or (getattr(recipe, one),) for many, one in grid.items()]
    alone = dict.fromkeys((*grid, "seeds"), ())
    return [
        replace(recipe, **dict(zip(grid.values(), values, strict=True)), **alone)
        for values in product(*choices)
    ]


class _Kept(Generic[RecipeT]):
    """Finished cells on disk, and the weights of the best of them.

    Args:
        is_alone: there is one training, and nothing to lose against where it diverges.

    Attributes:
        cells: those that were asked for, in order.
    """

    def __init__(
        self,
        trainer: Trainer[RecipeT],
        work: Path,
        inputs: Mapping[str, str],
        *,
        is_alone: bool,
    ) -> None:
        self._trainer, self._work, self._inputs = trainer, work, dict(inputs)
        self._is_alone = is_alone
        self._best: Cell[RecipeT] | None = None
        self.cells: list[Cell[RecipeT]] = []

    @property
    def best(self) -> Cell[RecipeT]:
        """The best cell so far, the earlier of equals.

        Raises:
            NumericsError: all have diverged.
        """
        assert self._best is not None
        if self._best.found.diverged:
            raise NumericsError(
                f"all {len(self.cells)} trainings diverged, the first: {self._best.found.diverged}",
                remedy="lower the task's learning_rates, or look at these examples",
            )
        return self._best

    def cell(self, recipe: RecipeT, seed: int) -> Cell[RecipeT]:
        """The cell with what its training found, now or in a search that was killed."""
        first_step = sum(cell.found.num_steps for cell in self.cells)
        cell = Cell(recipe, seed, self._found(recipe, seed, first_step))
        self.cells.append(cell)
        return cell

    def keep_better(self, cell: Cell[RecipeT]) -> None:
        """Keep the weights of this cell or of the best so far; the others go."""
        loser = cell
        if self._best is None or _rank(cell) > _rank(self._best):
            loser, self._best = self._best, cell
        if loser is not None and self._model(loser).exists():
            remove_folder(self._model(loser))

    def scores(self, cell: Cell[RecipeT]) -> dict[str, Any]:
        """What the cell's model gets on dev and test."""

        def write(folder: Path) -> dict[str, Any]:
            scores = self._trainer.scores(self.weights(cell))
            (folder / _FILE).write_text(json.dumps(scores))
            return {}

        folder = self._work / f"{self._key(cell.recipe, cell.seed)}-scores"
        make_part(folder, self._inputs, write)
        return json.loads((folder / _FILE).read_text())

    def weights(self, cell: Cell[RecipeT]) -> Path:
        """The model folder of a cell; trained again where it lost against one that is gone."""
        if not (self._model(cell) / MANIFEST).is_file():
            remove_folder(self._work / self._key(cell.recipe, cell.seed))
            self._found(cell.recipe, cell.seed, first_step=0)
        return self._model(cell)

    def _found(self, recipe: RecipeT, seed: int, first_step: int) -> Trained:
        folder = self._work / self._key(recipe, seed)
        make_part(folder, self._inputs, partial(self._train, recipe, seed, first_step))
        return Trained(**json.loads((folder / _FILE).read_text()))

    def _train(self, recipe: RecipeT, seed: int, first_step: int, folder: Path) -> dict[str, Any]:
        """Train a cell: its weights are published before what it found."""
        model = self._work / f"{self._key(recipe, seed)}-model"
        try:
            with publish(model, "model", inputs=self._inputs) as draft:
                trained = self._trainer.train(recipe, seed, draft.folder, first_step)
        except NumericsError as error:
            if self._is_alone:
                raise
            trained = Trained(None, 0, {}, error.cause)
        (folder / _FILE).write_text(json.dumps(asdict(trained)))
        return {"score": trained.score}

    def _model(self, cell: Cell[RecipeT]) -> Path:
        return self._work / f"{self._key(cell.recipe, cell.seed)}-model"

    def _key(self, recipe: RecipeT, seed: int) -> str:
        content = json.dumps([asdict(recipe), seed, self._inputs], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def _rank(cell: Cell[Any]) -> float:
    if cell.found.diverged:
        return -math.inf
    return -math.inf if cell.found.score is None else cell.found.score


def _announce(recipe: RecipeConfig, seed: int, number: int, num_cells: int, say: Say) -> None:
    if num_cells > 1:
        place = ", ".join(f"{name} {getattr(recipe, name):g}" for name in recipe.grid.values())
        say(f"training {number} of {num_cells}: {place}, seed {seed}")
