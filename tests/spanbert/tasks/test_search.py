"""The search over a grid and seeds: against going over a table, killed anywhere and gone on."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.errors import NumericsError
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.search import Trained, grid_of, search

GRID = RecipeConfig(
    learning_rates=(0.1, 0.2, 0.3), batch_sizes=(4, 8), epoch_counts=(2,), seeds=(5, 6, 7)
)
ALONE = RecipeConfig(seeds=(1,))


class Killed(BaseException):
    """What a test ends a search with, wherever it is."""


class Table:
    """Trains by looking up a score; notes what it is asked for."""

    def __init__(self, scores, dies_at=None):
        self._scores, self._dies_at = scores, dies_at
        self.trained, self.scored, self.most_models = [], [], 0

    def train(self, recipe, seed, folder, first_step):
        place = (recipe.learning_rate, recipe.batch_size, seed)
        (folder / "weights").write_text(json.dumps(place))
        models = list(folder.parent.glob("*/weights")) + list(folder.parent.glob(".*/weights"))
        self.most_models = max(self.most_models, len(set(models)))
        self.trained.append((place, first_step))
        if len(self.trained) == self._dies_at:
            raise Killed
        score = self._scores(*place)
        if score is None:
            raise NumericsError(f"loss of {place} is nan")
        return Trained(score, 10, {"place": place})

    def scores(self, model):
        place = json.loads((model / "weights").read_text())
        self.scored.append(place[2])
        return {"test": self._scores(*place) + 100}


def by_formula(learning_rate, batch_size, seed):
    """The best: 0.2 with 8, and of its seeds 6."""
    return 50 - 100 * abs(learning_rate - 0.2) + batch_size / 8 + (seed % 3 == 0)


def run(trainer, work, recipe=GRID, inputs=None, say=lambda line: None):
    work.mkdir(exist_ok=True)
    return search(recipe, recipe.seeds, trainer, work=work, inputs=inputs or {"a": "1"}, say=say)


def test_the_grid_has_every_combination_once_and_none_has_a_grid():
    cells = grid_of(GRID)
    assert [(c.learning_rate, c.batch_size, c.epochs) for c in cells] == [
        (rate, size, 2) for rate in (0.1, 0.2, 0.3) for size in (4, 8)
    ]
    assert all(grid_of(cell) == [cell] for cell in cells)
    assert grid_of(RecipeConfig()) == [RecipeConfig()]


def test_the_best_of_the_grid_is_trained_with_every_seed_and_the_best_of_these_is_found(tmp_path):
    trainer, told = Table(by_formula), []
    found = run(trainer, tmp_path / "work", say=told.append)
    grid = [(rate, size, 5) for rate in (0.1, 0.2, 0.3) for size in (4, 8)]
    places = [place for place, _ in trainer.trained]
    assert places == [*grid, (0.2, 8, 6), (0.2, 8, 7)]
    assert [first for _, first in trainer.trained] == list(range(0, 80, 10))
    assert (found.best.recipe.learning_rate, found.best.recipe.batch_size) == (0.2, 8)
    assert found.best.seed == 6
    assert json.loads((found.model / "weights").read_text()) == [0.2, 8, 6]
    expected = {seed: {"test": by_formula(0.2, 8, seed) + 100} for seed in (5, 6, 7)}
    assert found.scores_by_seed == expected
    assert [cell.row()["score"] for cell in found.cells] == [by_formula(*place) for place in places]
    assert told[0] == "training 1 of 8: learning_rate 0.1, batch_size 4, epochs 2, seed 5"
    assert told[-1].startswith("training 8 of 8: learning_rate 0.2, batch_size 8,")


def test_weights_of_two_models_at_most_are_on_disk(tmp_path):
    trainer = Table(by_formula)
    found = run(trainer, tmp_path / "work")
    assert trainer.most_models == 2
    assert [path.parent for path in (tmp_path / "work").rglob("weights")] == [found.model]


def summary(found):
    rows = [cell.row() for cell in found.cells]
    return found.best.row(), rows, found.scores_by_seed, (found.model / "weights").read_text()


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_killed_search_goes_on_at_the_training_that_was_cut_off(tmp_path, dies_at):
    uncut = summary(run(Table(by_formula), tmp_path / "uncut"))
    first, second = Table(by_formula, dies_at), Table(by_formula)
    with pytest.raises(Killed):
        run(first, tmp_path / "work")
    assert summary(run(second, tmp_path / "work")) == uncut
    assert len(second.trained) == 8 - (dies_at - 1)
    assert second.trained[0] == first.trained[-1]


def test_what_a_sigkill_left_of_a_training_is_cleared(tmp_path):
    left = tmp_path / "work" / ".1234-model.5678.partial"
    left.mkdir(parents=True)
    (left / "weights").write_text("half")
    trainer = Table(by_formula)
    run(trainer, tmp_path / "work")
    assert not left.exists()
    assert trainer.most_models == 2


def test_other_inputs_are_trained_anew_and_a_grown_grid_keeps_what_it_has(tmp_path):
    run(Table(by_formula), tmp_path / "work")
    other = Table(by_formula)
    run(other, tmp_path / "work", inputs={"a": "2"})
    assert len(other.trained) == 8
    grown = Table(by_formula)
    run(grown, tmp_path / "work", replace(GRID, learning_rates=(0.1, 0.2, 0.3, 0.4)))
    assert [place for place, _ in grown.trained] == [(0.4, 4, 5), (0.4, 8, 5)]


def test_weights_that_went_with_a_lost_comparison_are_made_again_where_they_win(tmp_path):
    run(Table(by_formula), tmp_path / "work")
    again = Table(by_formula)
    found = run(again, tmp_path / "work", replace(GRID, learning_rates=(0.1,), seeds=(5,)))
    assert [place for place, _ in again.trained] == [(0.1, 8, 5)]
    assert json.loads((found.model / "weights").read_text()) == [0.1, 8, 5]


def test_one_training_is_not_compared_and_its_model_is_not_scored(tmp_path):
    trainer, told = Table(by_formula), []
    found = run(trainer, tmp_path / "work", ALONE, say=told.append)
    assert len(found.cells) == 1
    assert (trainer.scored, found.scores_by_seed, told) == ([], {}, [])


def test_a_training_that_diverges_loses_and_the_search_goes_on(tmp_path):
    def score(rate, size, seed):
        return None if rate == 0.2 or seed == 6 else rate

    found = run(Table(score), tmp_path / "work")
    assert (found.best.recipe.learning_rate, found.best.seed) == (0.3, 5)
    assert list(found.scores_by_seed) == [5, 7]
    diverged = [cell.found.diverged for cell in found.cells if cell.found.diverged]
    assert diverged[0] == "loss of (0.2, 4, 5) is nan"
    assert len(diverged) == 3


def test_where_all_diverge_the_first_is_told(tmp_path):
    with pytest.raises(NumericsError, match=r"^all 6 trainings diverged, the first: loss of \(0.1"):
        run(Table(lambda *place: None), tmp_path / "grid")
    with pytest.raises(NumericsError, match=r"^loss of .* is nan"):
        run(Table(lambda *place: None), tmp_path / "alone", ALONE)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_the_best_is_what_going_over_the_table_finds(tmp_path_factory, grid, second, third):
    places = [(rate, size) for rate in (0.1, 0.2, 0.3) for size in (4, 8)]
    scores = dict(zip(places, map(float, grid), strict=True))

    def score(rate, size, seed):
        return {5: scores[rate, size], 6: float(second), 7: float(third)}[seed]

    found = run(Table(score), tmp_path_factory.mktemp("search"))
    winner = next(place for place in places if scores[place] == max(scores.values()))
    finalists = [(5, scores[winner]), (6, second), (7, third)]
    best = next(seed for seed, value in finalists if value == max(v for _, v in finalists))
    row = found.best.row()
    assert (row["learning_rate"], row["batch_size"], row["seed"]) == (*winner, best)
