"""The grid: which cells there are, what differs between them, and what does not."""

import dataclasses
import itertools

import numpy as np
import pytest
import tiny
import torch

from spanbert.ablation.variants import (
    OBJECTIVES,
    SCHEMES,
    Ablation,
    cell_config,
    grid_of,
    objective_of,
)
from spanbert.config import parse_config, to_toml
from spanbert.errors import ConfigError
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.training.batches import BatchPlan

FREE = ("subword-tokens", "whole-words", "geometric-spans")  # need no annotator
ALL = tuple(OBJECTIVES)


def ablation(folder, schemes=FREE, objectives=ALL, seeds=(1, 2), *overrides):
    return Ablation(tiny.config(folder, *overrides), grid_of(schemes, objectives, seeds, ["qa"]))


def differences(first, second):
    """Dotted names of the settings in which two configs differ."""
    pairs = zip(*(dataclasses.asdict(c).items() for c in (first, second)), strict=True)
    return {f"{section}.{key}" for (section, a), (_, b) in pairs for key in a if a[key] != b[key]}


def test_one_cell_for_each_scheme_objective_and_seed(tmp_path):
    cells = ablation(tmp_path).cells
    places = [(c.masking.scheme, objective_of(c), c.run.seed) for c in cells]
    assert places == list(itertools.product(FREE, OBJECTIVES, (1, 2)))
    assert len({cell.run_id for cell in cells}) == len(cells)


def test_files_of_a_task_that_is_not_fine_tuned_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="fine-tunes qa alone") as refusal:
        ablation(tmp_path, FREE, ALL, (1,), 'glue.train=["a"]', "glue.max_length=64")
    assert refusal.value.place == "glue"


def test_cells_differ_in_what_is_ablated_alone(tmp_path):
    allowed = {"run.name", "run.seed", "masking.scheme", "masking.replacement"}
    allowed |= {"objective.nsp", "objective.sbo_weight", "shards.pairs"}
    for a, b in itertools.combinations(ablation(tmp_path).cells, 2):
        assert differences(a, b) <= allowed


def test_the_base_may_be_any_preset(tmp_path):
    for model in ("bert", "bert-1seq", "spanbert"):
        made = ablation(tmp_path, FREE, ALL, (1,), f"preset.model={model}")
        assert not made.shared.objective.nsp
        assert [objective_of(cell) for cell in made.cells] == [*ALL] * len(FREE)


def test_cells_survive_their_way_through_a_pipeline(tmp_path):
    for cell in ablation(tmp_path).cells:
        assert parse_config(to_toml(cell)) == cell


def test_a_cell_is_the_same_in_a_grown_grid(tmp_path):
    small = ablation(tmp_path, FREE[2:], ["1seq-sbo"], [2])
    grown = ablation(tmp_path, FREE, ALL, [1, 2, 3])
    assert small.cells[0] in grown.cells
    assert small.id == grown.id
    assert small.shared == grown.shared


def test_pairs_come_with_next_sentence_prediction_alone(tmp_path):
    for cell in ablation(tmp_path, FREE, ALL, [1], "shards.pairs=true").cells:
        assert cell.shards.pairs == cell.objective.nsp == (objective_of(cell) == "2seq-nsp")
    assert not ablation(tmp_path, FREE, ["1seq"]).needs_pairs
    assert ablation(tmp_path, FREE, ["1seq", "2seq-nsp"]).needs_pairs


@pytest.mark.parametrize(("base", "used"), [(0.0, 1.0), (0.5, 0.5)])
def test_the_boundary_objective_has_a_weight_where_it_is_ablated(tmp_path, base, used):
    shared = tiny.config(tmp_path, f"objective.sbo_weight={base}")
    weights = {o: cell_config(shared, FREE[2], o, 1).objective.sbo_weight for o in OBJECTIVES}
    assert weights == {"2seq-nsp": 0, "1seq": 0, "1seq-sbo": used}


def test_subword_masking_alone_replaces_each_token_by_a_draw_of_its_own(tmp_path):
    cells = ablation(tmp_path, FREE, ["1seq"], [1], "masking.replacement=token").cells
    assert {c.masking.scheme for c in cells if c.masking.replacement == "token"} == {FREE[0]}


def test_names_are_in_the_papers_order_and_once():
    grid = grid_of(["geometric-spans", "whole-words"] * 2, ["1seq-sbo", "1seq"], [3, 1, 3], ["qa"])
    assert grid.schemes == ("whole-words", "geometric-spans")
    assert grid.objectives == ("1seq", "1seq-sbo")
    assert grid.seeds == (1, 3)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            (["geometric"], ["1seq"], ["qa"]),
            "no scheme 'geometric' -> did you mean geometric-spans",
        ),
        ((["whole-words"], ["sbo"], ["qa"]), "no objective 'sbo' -> did you mean 1seq-sbo"),
        ((["whole-words"], ["1seq"], ["xxx"]), "no task 'xxx' -> known: qa"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(names, told):
    schemes, objectives, tasks = names
    with pytest.raises(ConfigError, match="no ") as refused:
        grid_of(schemes, objectives, [1], tasks)
    assert told in str(refused.value)


@pytest.mark.parametrize("scheme", sorted(set(SCHEMES) - set(FREE)))
def test_schemes_that_read_annotations_need_an_annotator(tmp_path, scheme):
    with pytest.raises(ConfigError, match=r"--set shards\.annotator="):
        ablation(tmp_path, [scheme])
    named = ablation(tmp_path, [scheme], ["1seq"], [1], "shards.annotator=en_core_web_sm")
    assert named.cells[0].masking.annotation


def test_cells_of_one_seed_start_alike_and_see_the_same_batches(tmp_path, artifacts):
    """What the paired test rests on; only the boundary head is there or not."""
    cells = ablation(tmp_path, FREE, ["1seq", "1seq-sbo"], [5]).cells
    states, orders = [], []
    for cell in cells:
        model = PretrainingModel(cell.model, cell.objective)
        initialize(model, cell.model.initializer_range, cell.run.seed)
        states.append(model.state_dict())
        plan = BatchPlan(np.full(50, 30), cell.training.batch_tokens, cell.run.seed)
        orders.append([plan.segments(step).tolist() for step in range(cell.training.steps)])
    smallest = min(states, key=len)
    assert {len(state) for state in states} > {len(smallest)}
    for state in states:
        assert all(torch.equal(state[name], smallest[name]) for name in smallest)
    assert all(order == orders[0] for order in orders)
