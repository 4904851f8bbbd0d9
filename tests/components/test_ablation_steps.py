"""The components of an ablation, called as Python on tiny artifacts."""

import json
from types import SimpleNamespace

import pytest
import tiny
from mlflow import MlflowClient

from components.choose_shards import choose_shards
from components.score_cell import score_cell
from components.write_ablation import write_ablation
from spanbert.ablation.variants import Ablation, grid_of
from spanbert.config import to_toml
from spanbert.evaluation.scores import read_scores, write_scores


@pytest.fixture
def ablation(tmp_path):
    grid = grid_of(["whole-words"], ["2seq-nsp", "1seq"], [1, 2], ["qa"])
    return Ablation(tiny.config(tmp_path), grid)


def artifact(path):
    return SimpleNamespace(path=str(path), uri=str(path))


def test_a_cell_gets_the_shards_of_its_kind_without_a_copy(ablation):
    names = ("single", "held_out_single", "pairs", "held_out_pairs")
    inputs = {name: artifact(name) for name in names}
    for cell, expected in ((ablation.cells[0], names[2:]), (ablation.cells[2], names[:2])):
        outputs = {"shards": artifact("a"), "held_out_shards": artifact("b")}
        choose_shards.python_func(config_toml=to_toml(cell), **inputs, **outputs)
        assert tuple(made.uri for made in outputs.values()) == expected


def test_cells_become_a_table_and_their_runs_end(ablation, tmp_path):
    folder = tmp_path / "runs" / ablation.id
    cells = []
    for number, config in enumerate(ablation.cells):
        scores = tmp_path / f"scores-{number}"
        write_scores(scores / "held-out", {"held_out": {"mlm_loss": 5.0, "unigram_entropy": 4.0}})
        write_scores(scores / "qa", {"qa": {"f1": 10.0 + number, "exact_match": 1.0}})
        cells.append(artifact(scores / "cell"))
        score_cell.python_func(
            config_toml=to_toml(config),
            run_folder=str(folder / "cells" / config.run_id),
            pretraining_scores=artifact(scores / "held-out"),
            qa_scores=artifact(scores / "qa"),
            cell=cells[-1],
        )
    assert read_scores(tmp_path / "scores-3" / "cell")["cell"]["seed"] == 2
    results, table = artifact(tmp_path / "results"), artifact(tmp_path / "table.md")
    write_ablation.python_func(
        config_toml=to_toml(ablation.shared),
        run_folder=str(folder),
        cells=cells,
        results=results,
        table=table,
    )
    found = json.loads((folder / "ablation.json").read_text())
    assert [row["figures"]["f1"]["mean"] for row in found["rows"]] == [10.5, 12.5]
    assert found["rows"][1]["figures"]["f1"]["difference"] == 2
    assert (tmp_path / "table.md").read_text() == (folder / "ablation.md").read_text()
    client = MlflowClient(f"sqlite:///{tmp_path / 'runs'}/mlflow.db")
    experiment = client.get_experiment_by_name(ablation.shared.registry.experiment)
    runs = client.search_runs([experiment.experiment_id], "tags.`spanbert.step` = 'pipeline'")
    assert {run.info.status for run in runs} == {"FINISHED"}
    objectives = sorted(run.data.params.get("objective", "") for run in runs)
    assert objectives == ["", "", "1seq", "1seq", "2seq-nsp", "2seq-nsp"]
