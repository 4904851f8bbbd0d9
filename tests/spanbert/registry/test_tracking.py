"""Runs on a real MLflow store: one parent, one child a step, one point a step."""

import pytest
import tiny
from mlflow import MlflowClient

from spanbert.errors import DependencyError
from spanbert.registry.tracking import MetricsSink, Tracking


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    return Tracking(tiny.config(tmp_path_factory.mktemp("tracked")))


@pytest.fixture
def client(tracking):
    return MlflowClient(tracking.uri)


def test_steps_are_children_of_one_parent(tracking, client):
    for name in ("first", "second"):
        with tracking.step("run-a", name) as run:
            run.log_params({"size": 3})
            run.log_metrics({"score": 0.5})
            run.log_tags({"digest.shards": "abc"})
            run.log_datasets({"shards": "a" * 64})
            child = client.get_run(run.run_id)
            assert child.data.tags["mlflow.parentRunId"] == tracking.parent("run-a")
        ended = client.get_run(run.run_id)
        assert ended.info.status == "FINISHED"
        assert ended.data.metrics == {"score": 0.5}
        assert ended.data.tags["digest.shards"] == "abc"
        assert [i.dataset.name for i in ended.inputs.dataset_inputs] == ["shards"]


def test_a_repeated_step_goes_on_in_its_run(tracking, client):
    ids = []
    for size in (1, 2):
        with tracking.step("run-b", "again") as run:
            run.log_params({"size": size})  # a parameter cannot change
            ids.append(run.run_id)
    assert ids[0] == ids[1]
    assert client.get_run(ids[0]).data.params == {"size": "1"}


def test_a_failing_step_is_marked(tracking, client):
    with pytest.raises(RuntimeError), tracking.step("run-c", "broken") as run:
        raise RuntimeError
    assert client.get_run(run.run_id).info.status == "FAILED"


def test_each_step_has_one_point_also_after_a_resume(tracking, client):
    with tracking.step("run-d", "train") as run:
        with MetricsSink(tracking.uri, run.run_id) as log:
            for step in (2, 4, 6):
                log(step, {"loss": 1.0 / step})
        with MetricsSink(tracking.uri, run.run_id) as log:  # went on from step 2
            for step in (4, 6, 8):
                log(step, {"loss": 1.0 / step})
    points = client.get_metric_history(run.run_id, "loss")
    assert sorted((p.step, p.value) for p in points) == [(s, 1.0 / s) for s in (2, 4, 6, 8)]


def test_the_parent_keeps_the_settings(tracking, client):
    parent = tracking.parent("run-e")
    assert client.get_run(parent).data.params["config_digest"]
    assert [f.path for f in client.list_artifacts(parent)] == ["config.toml"]
    tracking.conclude("run-e", {"f1": 2.0}, [])
    ended = client.get_run(parent)
    assert (ended.info.status, ended.data.metrics) == ("FINISHED", {"f1": 2.0})
    assert tracking.parent("run-e") == parent
    assert client.get_run(parent).info.status == "RUNNING"  # it goes on


def test_a_store_that_cannot_be_reached_is_told_without_its_password(tmp_path):
    (tmp_path / "file").touch()
    uri = f"sqlite:///{tmp_path}/file/mlflow.db"
    config = tiny.config(tmp_path, f"registry.tracking_uri={uri}")
    with pytest.raises(DependencyError) as refused:
        Tracking(config)
    assert refused.value.exit_code == 69
    assert "\n" not in str(refused.value)
