"""Records of steps on a real MLflow store: one parent, one child a step, one point a step."""

import socket
from dataclasses import replace

import pytest
import tiny
from mlflow import MlflowClient

from spanbert.errors import ConfigError
from spanbert.registry.address import tracking_uri, without_password
from spanbert.registry.spool import count_waiting
from spanbert.registry.tracking import Tracking, exactness_tags
from spanbert.training.curve import CurveFile


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.config(tmp_path_factory.mktemp("tracked"))


@pytest.fixture
def client(base):
    return MlflowClient(tracking_uri(base))


@pytest.fixture
def tracking(base, request, tmp_path):
    """Of a run of its own, on the store that all tests share."""
    return Tracking(
        named(base, request.node.name[:40].replace("_", "-").strip("-")), tmp_path, print
    )


def named(config, name):
    return replace(config, run=replace(config.run, name=name))


def status_of(client, run):
    return client.get_run(run).info.status


def test_steps_are_children_of_one_parent(tracking, client):
    parents = set()
    for name in ("first", "second"):
        with tracking.step(name) as run:
            run.log_params({"size": 3})
            run.log_metrics({"score": 0.5})
            run.log_tags({"digest.shards": "abc"})
            run.log_datasets({"shards": "a" * 64})
        ended = client.get_run(run.ship())
        assert ended.info.status == "FINISHED"
        assert ended.data.params == {"size": "3"}
        assert ended.data.metrics == {"score": 0.5}
        assert ended.data.tags["digest.shards"] == "abc"
        assert [i.dataset.name for i in ended.inputs.dataset_inputs] == ["shards"]
        parents.add(ended.data.tags["mlflow.parentRunId"])
    assert len(parents) == 1
    assert status_of(client, parents.pop()) == "RUNNING"


def test_a_repeated_step_goes_on_in_its_run(tracking, client):
    ids = []
    for size in (1, 2, 2):
        with tracking.step("again") as run:
            run.log_params({"size": size})  # a parameter cannot change
            run.log_metrics({"size": float(size)})
            ids.append(run.ship())
            assert status_of(client, ids[-1]) == "RUNNING"
    assert len(set(ids)) == 1
    assert client.get_run(ids[0]).data.params == {"size": "1"}
    points = client.get_metric_history(ids[0], "size")
    assert [(p.step, p.value) for p in points] == [(0, 1), (1, 2)]  # of each attempt that differs


def test_a_failing_step_is_marked(tracking, client):
    with pytest.raises(RuntimeError), tracking.step("broken") as run:
        raise RuntimeError
    ended = client.get_run(run.ship())
    assert ended.info.status == "FAILED"
    assert status_of(client, ended.data.tags["mlflow.parentRunId"]) == "FAILED"


def test_each_step_has_one_point_also_after_a_resume(tracking, client, tmp_path):
    for steps in ((2, 4, 6), (4, 6, 8)):  # the second went on from step 2
        with tracking.step("train") as run, run.follow(tmp_path / "curve.jsonl"):
            log = CurveFile(tmp_path / "curve.jsonl")
            for step in steps:
                log(step, {"loss": 1.0 / step})
    points = client.get_metric_history(run.ship(), "loss")
    assert [(p.step, p.value) for p in points] == [(s, 1.0 / s) for s in (2, 4, 6, 8)]
    assert len({p.timestamp for p in points}) > 1  # when they came, not when they were sent


def test_the_parent_keeps_the_settings_and_the_headline(tracking, client, tmp_path):
    (tmp_path / "report.html").write_text("<p>")
    with tracking.step("report") as run:
        tracking.conclude({"f1": 2.0}, [tmp_path / "report.html"], {"seed": 3})
    parent = client.get_run(client.get_run(run.ship()).data.tags["mlflow.parentRunId"])
    assert parent.info.status == "FINISHED"
    assert parent.data.metrics == {"f1": 2.0}
    assert parent.data.params["config_digest"]
    assert parent.data.params["seed"] == "3"
    kept = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert kept == {"config.toml", "report.html"}
    with tracking.step("once-more"):  # it goes on
        pass
    assert status_of(client, parent.info.run_id) == "RUNNING"


def test_a_run_deleted_at_the_server_is_made_again_whole(tracking, client):
    for _ in range(2):
        with tracking.step("deleted") as run:
            run.log_metrics({"score": 0.5})
        made = run.ship()
        assert client.get_run(made).data.metrics == {"score": 0.5}
        client.delete_run(made)


def test_a_store_that_cannot_be_reached_costs_one_line_and_no_step(tmp_path, capsys):
    (tmp_path / "file").touch()
    uri = f"sqlite:///{tmp_path}/file/mlflow.db"
    config = tiny.config(tmp_path, f"registry.tracking_uri={uri}")
    lines = []
    with Tracking(config, tmp_path, lines.append).step("sort") as run:
        run.log_metrics({"rows": 3.0})
    (line,) = lines
    assert "\n" not in line
    assert line.startswith("8 records wait for MLflow in ")
    assert f"-> spanbert sync --config {tmp_path}/tracking/{config.run_id}/config.toml" in line


def test_what_the_server_refuses_is_told_and_does_not_hold_up_the_rest(base, client, tmp_path):
    lines = []
    tracking = Tracking(named(base, "refused"), tmp_path, lines.append)
    with tracking.step("sort") as run:
        run.log_metrics({"no such $ name": 1.0})
        run.log_metrics({"rows": 3.0})
    assert client.get_run(run.ship()).data.metrics == {"rows": 3.0}
    assert any("refuses metrics" in line for line in lines)


def test_recording_opens_no_connection(tmp_path, monkeypatch):
    config = tiny.config(tmp_path, "registry.tracking_uri=http://127.0.0.1:9")
    tracking = Tracking(config, tmp_path, print)

    def refuse(*args):
        raise AssertionError("a socket was opened")

    with tracking.step("train") as run:
        with monkeypatch.context() as patched:
            patched.setattr(socket, "socket", refuse)
            run.log_params({"size": 3})
            run.log_metrics({"score": 0.5})
            run.log_tags({"digest.shards": "abc"})
            run.log_file(tmp_path / "report.html")
            CurveFile(tmp_path / "curve.jsonl")(1, {"loss": 1.0})
        assert count_waiting(run.spool, config.registry.tracking_uri) == 6


def test_a_password_is_not_told(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    config, lines = tiny.config(tmp_path), []
    with Tracking(config, tmp_path, lines.append).step("sort"):
        pass
    assert "127.0.0.1:9" in lines[0]
    assert "secret" not in lines[0]


def test_settings_take_no_password_and_do_not_repeat_it(tmp_path):
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_PASSWORD") as refused:
        tiny.config(tmp_path, 'registry.tracking_uri="https://user:sec/ret@host:5000"')
    assert "sec/ret" not in str(refused.value)


def test_an_address_is_told_without_its_password():
    assert without_password("https://user:secret@host:5000") == "host:5000"
    assert without_password("https://host:5000") == "https://host:5000"


def test_exactness_is_told_where_it_is_known():
    known = {"exactness": {"level": "bits", "reason": "same machine", "largest_difference": 0.0}}
    assert exactness_tags(known) == {
        "spanbert.exactness": "bits",
        "spanbert.exactness_reason": "same machine",
    }
    assert exactness_tags({"exactness": {}}) == {}
