"""Steps of a KFP task whose MLflow plugin has made a run for it: on a real MLflow store."""

import pytest
import tiny
from mlflow import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from spanbert.registry.models import register
from spanbert.registry.spool import count_waiting
from spanbert.registry.sync import sync
from spanbert.registry.tracking import Tracking
from spanbert.storage import publish
from spanbert.training.curve import CurveFile


class Plugin:
    """What KFP's plugin does: a run of MLflow for a KFP run, one below it for each task."""

    def __init__(self, uri, name, monkeypatch):
        self.uri, self._environment = uri, monkeypatch
        self.client = MlflowClient(uri, uri)
        self.experiment = self.client.create_experiment(name)
        self._earlier = self._all_runs()

    def start_run(self, kfp_run_id):
        self.root = self.client.create_run(self.experiment, run_name=kfp_run_id).info.run_id
        self._environment.setenv("SPANBERT_KFP_RUN_ID", kfp_run_id)

    def start_task(self, name):
        tags = {MLFLOW_PARENT_RUN_ID: self.root}
        run = self.client.create_run(self.experiment, tags=tags, run_name=name).info.run_id
        for variable, value in (
            ("MLFLOW_TRACKING_URI", self.uri),
            ("MLFLOW_EXPERIMENT_ID", self.experiment),
            ("MLFLOW_RUN_ID", run),
        ):
            self._environment.setenv(variable, value)
        return run

    def new_runs(self):
        return self._all_runs() - self._earlier

    def _all_runs(self):
        experiments = [e.experiment_id for e in self.client.search_experiments()]
        return {run.info.run_id for run in self.client.search_runs(experiments)}


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/plugin.db"


@pytest.fixture
def plugin(uri, request, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # where MLflow keeps the files of a store that names no folder
    plugin = Plugin(uri, request.node.name, monkeypatch)
    plugin.start_run("kfp-1")
    return plugin


@pytest.fixture
def tracking(tmp_path):
    return Tracking(tiny.config(tmp_path), tmp_path / "runs" / "r", print)


def test_a_step_writes_into_the_run_it_was_given_and_makes_none(plugin, tracking):
    given = {"first": plugin.start_task("first")}
    with tracking.step("first") as run:
        run.log_params({"size": 3})
        run.log_metrics({"score": 0.5})
    given["second"] = plugin.start_task("second")
    with tracking.step("second") as run:
        run.log_metrics({"score": 0.7})
        tracking.conclude({"f1": 2.0})
    assert plugin.new_runs() == {plugin.root, *given.values()}
    first, second = (plugin.client.get_run(run).data for run in given.values())
    assert (first.params, first.metrics) == ({"size": "3"}, {"score": 0.5})
    assert second.metrics == {"score": 0.7}
    parent = plugin.client.get_run(plugin.root).data
    assert parent.metrics == {"f1": 2.0}
    assert parent.params["config_digest"]
    assert [file.path for file in plugin.client.list_artifacts(plugin.root)] == ["config.toml"]


def test_its_runs_are_found_by_our_ids_and_by_those_of_kfp(plugin, tracking):
    given = plugin.start_task("first")
    with tracking.step("first"):
        pass
    for run, step in ((given, "first"), (plugin.root, "pipeline")):
        tags = plugin.client.get_run(run).data.tags
        assert tags["spanbert.run_id"] == tracking.folder.name
        assert tags["spanbert.step"] == step
        assert tags["kfp.run_id"] == "kfp-1"


def test_when_its_runs_end_is_for_kfp_to_say(plugin, tracking):
    given = plugin.start_task("first")
    with tracking.step("first"):
        tracking.conclude({})
    with pytest.raises(RuntimeError), tracking.step("first"):
        raise RuntimeError
    for run in (given, plugin.root):
        assert plugin.client.get_run(run).info.status == "RUNNING"


def test_each_figure_arrives_once_also_after_an_outage(plugin, tracking, monkeypatch, tmp_path):
    given = plugin.start_task("train")
    with monkeypatch.context() as away:
        away.setattr(MlflowClient, "get_run", _refuse)
        with tracking.step("train") as run, run.follow(tmp_path / "curve.jsonl"):
            CurveFile(tmp_path / "curve.jsonl")(1, {"loss": 1.0})
            run.log_metrics({"score": 0.5})
    assert count_waiting(run.spool, plugin.uri) > 0
    with tracking.step("train") as run:
        CurveFile(tmp_path / "curve.jsonl")(2, {"loss": 0.5})
    for name, values in (("loss", [1.0, 0.5]), ("score", [0.5])):
        points = plugin.client.get_metric_history(given, name)
        assert [point.value for point in points] == values


def _refuse(*arguments):
    raise OSError("no route")


def test_the_same_settings_in_another_kfp_run_are_whole_in_its_runs(plugin, tracking, tmp_path):
    def train(step):
        with tracking.step("train") as run, run.follow(tmp_path / "curve.jsonl"):
            CurveFile(tmp_path / "curve.jsonl")(step, {"loss": 1.0 / step})

    first = plugin.start_task("train")
    train(1)
    plugin.start_run("kfp-2")
    second = plugin.start_task("train")
    train(2)
    steps = [
        [point.step for point in plugin.client.get_metric_history(run, "loss")]
        for run in (first, second)
    ]
    assert steps == [[1], [1, 2]]
    assert plugin.client.get_run(second).data.tags["kfp.run_id"] == "kfp-2"
    assert plugin.client.get_run(first).data.tags["kfp.run_id"] == "kfp-1"
    assert plugin.client.get_run(plugin.root).data.params["config_digest"]


def test_a_given_run_that_was_deleted_is_replaced_by_one_of_ours(plugin, tracking):
    given = plugin.start_task("first")
    plugin.client.delete_run(given)
    with tracking.step("first") as run:
        run.log_metrics({"score": 0.5})
    made = run.ship()
    assert made != given
    assert plugin.client.get_run(made).data.metrics == {"score": 0.5}


def test_what_waited_is_sent_to_it_by_hand_later(plugin, tracking, monkeypatch, tmp_path):
    given = plugin.start_task("first")
    with monkeypatch.context() as away:
        away.setattr(MlflowClient, "get_run", _refuse)
        with tracking.step("first") as run:
            run.log_metrics({"score": 0.5})
    monkeypatch.delenv("MLFLOW_RUN_ID")
    assert sync(tiny.config(tmp_path), print)["waiting"] == 0
    assert plugin.client.get_run(given).data.metrics == {"score": 0.5}


def test_settings_that_name_another_server_do_without_it(plugin, tmp_path):
    given = plugin.start_task("first")
    uri = f"sqlite:///{tmp_path}/ours.db"
    config = tiny.config(tmp_path, f"registry.tracking_uri={uri}")
    with Tracking(config, tmp_path, print).step("first") as run:
        run.log_metrics({"score": 0.5})
    ours = MlflowClient(uri, uri).get_run(run.ship())
    assert ours.data.metrics["score"] == 0.5
    assert ours.info.status == "FINISHED"
    assert plugin.client.get_run(given).data.metrics == {}


def test_a_model_is_registered_with_the_given_run(plugin, tracking, tmp_path):
    with publish(tmp_path / "model", "model") as draft:
        (draft.folder / "weights").write_text("w")
    given = plugin.start_task("register-encoder")
    with tracking.step("register-encoder") as step:
        made = register(
            tmp_path / "model",
            purpose="encoder",
            scores={"mlm_loss": 1.0},
            config=tiny.config(tmp_path),
            step=step,
        )
    assert plugin.client.get_model_version(made.name, made.version).run_id == given
    assert plugin.new_runs() == {plugin.root, given}
