"""The step that reports a run with pre-training, called as Python."""

import json
from dataclasses import replace
from types import SimpleNamespace

import mlflow
import task_results
from run_example import results_of

from components.write_report import write_report
from spanbert.config import to_toml
from spanbert.evaluation.scores import write_scores
from spanbert.registry.address import tracking_uri
from spanbert.storage import publish


def artifact(path):
    """What kfp hands to a component."""
    return SimpleNamespace(path=str(path))


KINDS = ("coref", "glue", "relations")


def scores_of(kind):
    """What a report is given of a kind of task."""
    first, second = task_results.both_starts(getattr(task_results, kind)(), 61.23)
    return {
        f"{kind}_scores": {kind: first},
        f"{kind}_baseline_scores": {kind: second},
        f"{kind}_registration": {"registered": {"name": kind, "version": "1", "alias": "a"}},
    }


def test_a_run_without_question_answering_is_reported_from_both_starts(artifacts, tmp_path):
    example = results_of()
    with publish(tmp_path / "encoder", "model", config={"model": {"num_layers": 2}}) as draft:
        draft.counts |= {"steps": 60, "tokens": 9000, "num_parameters": 1500}
        curve = json.dumps(example["pretraining"]["curve"])
        (draft.folder / "training.json").write_text(curve)
    found = {
        "pretraining_scores": {name: example[name] for name in ("held_out", "masking")},
        "encoder_registration": {"registered": {"name": "m", "version": "1", "alias": "a"}},
    }
    for kind in KINDS:
        found |= scores_of(kind)
    for name, scores in found.items():
        write_scores(tmp_path / name, scores)
    made = ("encoder", "results", "page", *found)
    config = replace(artifacts.config, run=replace(artifacts.config.run, folder=str(tmp_path)))
    write_report.python_func(
        config_toml=to_toml(config),
        run_folder=str(tmp_path / "run"),
        documents=artifact(artifacts.documents),
        shards=artifact(artifacts.shards),
        held_out_shards=artifact(artifacts.held_out_shards),
        **{name: artifact(tmp_path / name) for name in made},
    )
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert results["qa"] == []
    for kind in KINDS:
        given = [scores[kind] for scores in found.values() if kind in scores]
        assert results[kind] == given
        assert [row["start"] for row in given] == ["pre-trained", "random weights"]
    assert [one["name"] for one in results["registered"]] == ["m", *KINDS]
    page = (tmp_path / "run" / "report.html").read_text()
    assert "87.9 from pre-trained weights beside 61.2 from random weights on dev" in page
    assert "Question answering" not in page
    client = mlflow.MlflowClient(tracking_uri(config))
    experiment = client.get_experiment_by_name(config.registry.experiment)
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    assert parent.data.metrics["glue_accuracy_random_weights"] == 61.23
