"""A real MLflow server that is down, slow or out of its mind: training does not notice.

Faults F32 (down at the start, in the middle, for ever), F33 (429, 500, slow, garbage, reset), F34
(figures sent again after a resume), F36 (down when a model is registered), F52 (registered again).
"""

import json
import time
from collections import Counter
from dataclasses import replace

import pytest
import tiny
from faults.proxy import FaultProxy
from faults.servers import mlflow_server
from group import wait_for
from mlflow import MlflowClient

from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.errors import DependencyError
from spanbert.registry import follower
from spanbert.registry.models import register
from spanbert.registry.tracking import Tracking
from spanbert.storage import publish, sha256_of
from spanbert.training.curve import CurveFile


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port of a server of our own."""
    with mlflow_server(tmp_path_factory.mktemp("server")) as port:
        yield port


@pytest.fixture
def proxy(server):
    with FaultProxy(server, slow_s=7) as running:  # slower than a request may be
        yield running


@pytest.fixture
def config(proxy, tmp_path, request):
    name = request.node.name.translate(str.maketrans("_[]", "---"))[-40:].strip("-")
    return tiny.config(tmp_path, f'registry.tracking_uri="{proxy.url}"', f"run.name={name}")


@pytest.fixture
def told():
    return []


@pytest.fixture
def tracking(config, tmp_path, told):
    return Tracking(config, tmp_path / "runs" / config.run_id, told.append)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Outages of these tests last seconds, so attempts come sooner than they do in earnest."""
    monkeypatch.setattr(follower, "_LOOK_AGAIN_S", 0.1)
    monkeypatch.setattr(follower, "_LONGEST_DELAY_S", 0.3)


def points_of(server, config, metric="loss"):
    """Step and value of each point of the runs with this run's tag."""
    client = MlflowClient(f"http://127.0.0.1:{server}")
    experiment = client.get_experiment_by_name("spanbert")
    query = f"tags.`spanbert.run_id` = '{config.run_id}' and tags.`spanbert.step` = 'train'"
    runs = client.search_runs([experiment.experiment_id], query) if experiment else []
    found = [client.get_metric_history(run.info.run_id, metric) for run in runs]
    return Counter((point.step, point.value) for points in found for point in points)


def expected(*steps):
    return Counter((step, 1.0 / step) for step in steps)


def train(tracking, curve, steps, between=lambda step: None):
    """A step that logs figures; `between` is called after each; returns the seconds it took."""
    began_s = time.monotonic()
    with tracking.step("train") as run, run.follow(curve):
        log = CurveFile(curve)
        for step in steps:
            log(step, {"loss": 1.0 / step})
            between(step)
    return time.monotonic() - began_s


def sync(config, tmp_path, capsys):
    """Exit code, result and message of the verb."""
    capsys.readouterr()
    (tmp_path / "my.toml").write_text(to_toml(config))
    code = main(["sync", "--config", str(tmp_path / "my.toml")])
    shown = capsys.readouterr()
    return code, json.loads(shown.out or "{}"), shown.err


def test_f32_down_at_the_start_and_back_in_the_middle(server, proxy, config, tracking, tmp_path):
    proxy.stop()

    def back(step):
        if step == 2:
            proxy.start()
            wait_for(lambda: points_of(server, config) == expected(1, 2))

    train(tracking, tmp_path / "curve", (1, 2, 3), back)
    assert points_of(server, config) == expected(1, 2, 3)


def test_f32_down_in_the_middle(server, proxy, config, tracking, tmp_path, told):
    def outage(step):
        if step == 1:
            wait_for(lambda: points_of(server, config) == expected(1))
            proxy.stop()
        if step == 3:
            proxy.start()

    train(tracking, tmp_path / "curve", (1, 2, 3, 4), outage)
    assert points_of(server, config) == expected(1, 2, 3, 4)
    assert told == []


def test_f32_down_for_ever_then_sync(server, proxy, config, tracking, tmp_path, told, capsys):
    proxy.stop()
    assert train(tracking, tmp_path / "curve", (1, 2)) < 5
    (line,) = told
    assert "records wait for MLflow" in line
    assert "\n" not in line
    code, _, message = sync(config, tmp_path, capsys)
    assert code == 69
    assert message.count("\n") == 1
    assert "records wait" in message
    proxy.start()
    code, result, _ = sync(config, tmp_path, capsys)
    assert code == 0
    assert result["sent"] >= 2
    assert result["waiting"] == 0
    assert points_of(server, config) == expected(1, 2)
    assert sync(config, tmp_path, capsys)[1] == {"sent": 0, "waiting": 0}


def test_f32_a_server_that_never_answers_costs_a_step_seconds(proxy, tracking, told, tmp_path):
    proxy.always = "slow"
    took_s = {}
    began_s = time.monotonic()
    with tracking.step("sort") as run:
        for number in range(20):
            run.log_metrics({f"rows-{number}": 1.0})
        took_s["body"] = time.monotonic() - began_s
    assert took_s["body"] < 1
    assert time.monotonic() - began_s < 8
    assert len(told) == 1


def test_later_steps_send_what_earlier_ones_left(server, proxy, config, tracking, tmp_path):
    proxy.stop()
    train(tracking, tmp_path / "curve", (1, 2))
    proxy.start()
    with tracking.step("next"):
        pass
    assert points_of(server, config) == expected(1, 2)


@pytest.mark.parametrize("fault", ["429", "500", "garbage", "reset", "slow"])
def test_f33_spoiled_answers_lose_and_double_nothing(
    server, proxy, config, tracking, tmp_path, capsys, fault
):
    with tracking.step("sort"):
        pass  # the pipeline's run is there
    num_faults = 1 if fault == "slow" else 6
    proxy.coming.extend((fault, "") * num_faults)
    train(tracking, tmp_path / "curve", (1, 2, 3))
    proxy.coming.clear()
    assert any(met == fault for _, met in proxy.seen)
    assert sync(config, tmp_path, capsys)[0] == 0
    assert points_of(server, config) == expected(1, 2, 3)


def test_f34_figures_of_repeated_steps_are_sent_once(server, config, tracking, tmp_path):
    curve = tmp_path / "curve"
    train(tracking, curve, (1, 2, 3, 4))
    train(tracking, curve, (3, 4, 5))
    for cursor in tracking.folder.glob("*.sent"):
        cursor.unlink()  # killed before it was noted
    train(tracking, curve, (5, 6))
    assert points_of(server, config) == expected(*range(1, 7))


def model_in(folder, text):
    with publish(folder, "model") as draft:
        (draft.folder / "config.json").write_text(text)
    return folder


def registered(tracking, config, folder):
    with tracking.step("register-qa") as step:
        return register(folder, purpose="qa", scores={"f1": 1.5}, config=config, step=step)


def versions(server, name):
    return MlflowClient(f"http://127.0.0.1:{server}").search_model_versions(f"name = '{name}'")


def digests(folder):
    return {path.name: sha256_of(path) for path in folder.iterdir()}


def named(config, name):
    return replace(config, registry=replace(config.registry, model_name=name))


def test_f36_registering_with_the_server_down_can_be_repeated(
    server, proxy, config, tracking, tmp_path
):
    config, model = named(config, "down"), model_in(tmp_path / "model", "one")
    before = digests(model)
    proxy.stop()
    began_s = time.monotonic()
    with pytest.raises(DependencyError) as refused:
        registered(tracking, config, model)
    assert time.monotonic() - began_s < 15
    assert refused.value.exit_code == 69
    assert digests(model) == before
    proxy.start()
    assert registered(tracking, config, model).version == "1"
    (version,) = versions(server, "down-qa")
    assert version.tags["f1"] == "1.5000"
    assert version.run_id


def test_f52_registering_again_gives_the_same_version(server, proxy, config, tracking, tmp_path):
    config = named(config, "again")
    first = registered(tracking, config, model_in(tmp_path / "one", "one"))
    assert registered(tracking, config, tmp_path / "one") == first
    assert registered(tracking, config, model_in(tmp_path / "two", "two")).version == "2"
    assert registered(tracking, config, tmp_path / "one") == first
    client = MlflowClient(f"http://127.0.0.1:{server}")
    assert str(client.get_model_version_by_alias("again-qa", first.alias).version) == "1"


@pytest.mark.parametrize("fault", ["reset", "short"])
def test_f52_cut_off_at_any_request_the_next_attempt_makes_one_version(
    server, proxy, config, tracking, tmp_path, fault
):
    """A cut connection stands for a kill, before the server did what it was asked or after."""
    name = f"cut-{fault}"
    config, model = named(config, name), model_in(tmp_path / "model", "one")
    with tracking.step("register-qa") as step:
        step.ship()
    before = 0
    while True:  # a request more gets through each time
        proxy.coming.extend([""] * before)
        proxy.always = fault
        try:
            with tracking.step("register-qa") as step:
                register(model, purpose="qa", scores={}, config=config, step=step)
            break
        except DependencyError:
            before += 2
        finally:
            proxy.always = ""
            proxy.coming.clear()
    assert registered(tracking, config, model).version == "1"
    assert len(versions(server, f"{name}-qa")) == 1
