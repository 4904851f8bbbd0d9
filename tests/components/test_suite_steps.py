"""The steps of a suite, called as Python: a cell is scored, one fails, and the table tells both."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import tiny
import tiny_suite

from components.evaluate_task import evaluate_task
from components.finetune_task import finetune_task
from components.import_start import import_start
from components.keep_scores import keep_scores
from components.write_suite import write_suite
from spanbert.config import to_toml
from spanbert.evaluation.scores import read_scores
from spanbert.steps import CELLS
from spanbert.suite.plan import Asked, plan_suite


class Artifact(SimpleNamespace):
    """What kfp hands to a component."""

    def log_metric(self, name, value):
        self.metrics[name] = value


def test_cells_become_a_table_whatever_fails(start, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "suite")
    asked = Asked(str(path), path.parent / "data", start, (1,), has_grids=False)
    plan = plan_suite(asked, tiny.config(tmp_path), "code")
    folder = tmp_path / "runs" / plan.id
    shared = {"config_toml": to_toml(plan.config), "run_folder": str(folder)}
    encoder, model, scores = (Artifact(path=str(tmp_path / n)) for n in ("e", "m", "s"))
    import_start.python_func(**shared, sources_digest="1", code_digest="2", encoder=encoder)
    cells = {
        one.benchmark.name: {
            "config_toml": to_toml(cell.config),
            "run_folder": str(folder / CELLS / cell.name),
        }
        for one, cell in plan.cells
    }
    tuning = {"kind": "qa", "start": "pre-trained", "task_model": model}
    inputs = {"tokenizer": encoder, "encoder": encoder}
    with pytest.raises(SystemExit) as failed:
        finetune_task.python_func(**cells["bad"], **tuning, **inputs)
    assert failed.value.code == 65
    finetune_task.python_func(**cells["first"], **tuning, **inputs)
    metrics = Artifact(path=str(tmp_path / "metrics"), metrics={})
    evaluate_task.python_func(**cells["first"], **tuning, metrics=metrics, scores=scores)
    keep_scores.python_func(**cells["first"], kind="qa", benchmark="first", scores=scores)
    results, table = (Artifact(path=str(tmp_path / name)) for name in ("results", "table"))
    write_suite.python_func(**shared, plan_json=plan.to_json(), results=results, table=table)

    found = json.loads((folder / "suite.json").read_text())
    first, bad, second, third, _ = found["benchmarks"]
    qa = read_scores(tmp_path / "s")["qa"]
    assert [figure["mean"] for figure in first["figures"]] == [qa["exact_match"], qa["f1"]]
    assert "is nan at fine-tuning step" in bad["failed"]["1"]
    assert second["failed"]["1"].startswith("not finished")
    assert "gone.json" in third["why_not"]
    assert (tmp_path / "table").read_text() == (folder / "suite.md").read_text()
    again = plan_suite(replace(asked, only=("first",)), tiny.config(tmp_path), "code")
    assert [cell.name for _, cell in again.cells] == [f"{plan.cells[0][1].name}"]
