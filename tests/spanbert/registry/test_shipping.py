"""Whatever happens between a step and the server, each figure arrives exactly once."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow import MlflowClient

from spanbert.errors import DataError, DependencyError
from spanbert.registry.address import tracking_uri
from spanbert.registry.follower import delay_s
from spanbert.registry.server import Server
from spanbert.registry.shipping import ship
from spanbert.registry.spool import count_waiting
from spanbert.registry.sync import sync
from spanbert.registry.tracking import Tracking
from spanbert.training.curve import CurveFile

EVENTS = st.sampled_from(
    ["train", "train", "resume", "tear", "figure", "send", "send", "kill", "outage", "forget"]
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.config(tmp_path_factory.mktemp("shipped"))


class Life:
    """A step on which the events of a list come down, one after another."""

    def __init__(self, config, folder: Path) -> None:
        self.config, self.folder = config, folder
        self.curve, self.step, self.figures = folder / "curve.jsonl", 0, []
        self.run = Tracking(config, folder, print)._run("train")
        self.run.begin()
        with self.run.follow(self.curve):
            self.log = CurveFile(self.curve)

    def train(self):
        for _ in range(3):
            self.step += 1
            self.log(self.step, values_at(self.step))

    def resume(self):
        self.step = max(0, self.step - 2)  # the newest checkpoint is older than the last figures
        self.log = CurveFile(self.curve)

    def tear(self):
        for path in (self.curve, self.run.spool):
            with path.open("a") as handle:
                handle.write('{"step": 99, "kin')
        self.resume()

    def figure(self):
        self.figures.append(float(len(self.figures)))
        self.run.log_metrics({"seconds": self.figures[-1]})

    def send(self):
        ship(self.run.spool, Server(self.config, print))

    def kill(self):
        """Sent, but killed before that was noted."""
        cursor = self.run.spool.with_suffix(".sent")
        before = cursor.read_text() if cursor.exists() else None
        self.send()
        cursor.unlink() if before is None else cursor.write_text(before)

    def outage(self):
        (self.folder / "file").touch()
        uri = f"sqlite:///{self.folder}/file/mlflow.db"
        away = replace(self.config, registry=replace(self.config.registry, tracking_uri=uri))
        with pytest.raises(DependencyError):
            ship(self.run.spool, Server(away, print))

    def forget(self):
        self.run.spool.with_suffix(".sent").unlink(missing_ok=True)


def values_at(step):
    return {"loss": 1.0 / step, "spike": float("nan") if step == 4 else float(step)}


@settings(max_examples=40)
@given(st.lists(EVENTS, max_size=12))
def test_each_figure_arrives_once_with_its_value(base, tmp_path_factory, events):
    folder = tmp_path_factory.mktemp("life")
    name = f"life-{folder.name}"
    life = Life(replace(base, run=replace(base.run, name=name)), folder)
    for event in events:
        getattr(life, event)()
    life.send()
    assert count_waiting(life.run.spool, tracking_uri(base)) == 0
    client, run = MlflowClient(tracking_uri(base)), life.run.ship()
    last = len(CurveFile(life.curve)._known)
    for metric in ("loss", "spike") if last else ():
        points = client.get_metric_history(run, metric)
        assert Counter(p.step for p in points) == Counter(range(1, last + 1))
        expected = {step: values_at(step)[metric] for step in range(1, last + 1)}
        assert str({p.step: p.value for p in points}) == str(expected)  # nan is not nan
    points = client.get_metric_history(run, "seconds") if life.figures else []
    assert [(p.step, p.value) for p in points] == list(enumerate(life.figures))


def test_many_figures_go_in_parts(base, tmp_path):
    life = Life(replace(base, run=replace(base.run, name="many")), tmp_path)
    for step in range(1, 1300):
        life.log(step, {"loss": float(step)})
    life.send()
    points = MlflowClient(tracking_uri(base)).get_metric_history(life.run.ship(), "loss")
    assert [p.step for p in points] == list(range(1, 1300))


def test_attempts_come_less_often_up_to_a_minute_and_not_at_the_same_time():
    random.seed(1)
    assert delay_s(0) <= 2
    assert all(2.0 ** (n - 1) <= delay_s(n) <= 2.0**n for n in range(1, 6))
    assert all(30 <= delay_s(n) <= 60 for n in (6, 60, 6000))
    assert len({delay_s(3) for _ in range(5)}) == 5


def test_a_run_that_tracked_nothing_is_told_of_and_no_store_is_made(tmp_path):
    with pytest.raises(DataError, match="has left anything to send"):
        sync(tiny.config(tmp_path), print)
    assert not (tmp_path / "runs").exists()
