"""Pre-training over two nodes of a Ray cluster, one of which is killed on the way.

Each node is a container with a limit of its own and room for one worker. In place of the killed one
comes another, as Kubernetes would see to.
"""

import contextlib
import json
import os
import secrets
import threading
import time

import pytest
import tiny

from spanbert.cluster.pretraining import pretrain
from spanbert.storage import verify
from spanbert.training.curve import read_curve
from spanbert.training.worker import Inputs, train_on_worker

pytestmark = pytest.mark.containers

UID = 54321
SUBNET, HEAD = "172.30.99.0/24", "172.30.99.2"
STEPS, KILLED_AT = 1200, 300


class Nodes:
    """Containers on one network that see one folder."""

    def __init__(self, engine, image, folder):
        self.engine, self.image, self.folder = engine, image, folder
        self.token = folder / "token"
        self.token.write_text(secrets.token_hex(32))
        self.token.chmod(0o444)
        engine.call("network", "create", "--subnet", SUBNET, "spanbert-ray")

    def start(self, name, address, *words):
        arguments = ["--detach", "--name", name, "--network", "spanbert-ray", "--ip", address]
        arguments += ["--cpus", "1", "--memory", "6g", "--shm-size", "1g", "--user", f"{UID}:0"]
        arguments += ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
        arguments += ["--volume", f"{self.folder}:{self.folder}"]
        arguments += ["--env", "RAY_AUTH_MODE=token", "--env", f"RAY_AUTH_TOKEN_PATH={self.token}"]
        ray = ["ray", "start", "--block", "--num-cpus", "1", "--disable-usage-stats"]
        self.engine.call("run", *arguments, self.image, *ray, *words)

    def start_head(self):
        self.start("head", HEAD, "--head", "--dashboard-host", "0.0.0.0")

    def start_worker(self, number):
        self.start(f"worker-{number}", f"172.30.99.{10 + number}", "--address", f"{HEAD}:6379")

    def kill(self, name):
        self.engine.call("kill", name)

    def remove(self):
        names = self.engine.call("ps", "-aq").stdout.split()
        for name in names:
            self.engine.call("rm", "-f", name, check=False)
        self.engine.call("network", "rm", "spanbert-ray", check=False)


@pytest.fixture
def nodes(engine, image, tmp_path, monkeypatch):
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    running = Nodes(engine, image, tmp_path)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(running.token))
    try:
        running.start_head()
        running.start_worker(1)
        yield running
    finally:
        running.remove()


class Killer(threading.Thread):
    """Kills a node when training has come so far; another takes its place."""

    def __init__(self, nodes, curve):
        super().__init__(daemon=True)
        self.nodes, self._curve = nodes, curve
        self.recovery_s = None

    def step(self):
        curve = self._curve()
        return read_curve(curve)[-1]["step"] if curve and curve.exists() else 0

    def run(self):
        self._wait_for(KILLED_AT)
        killed_s, reached = time.monotonic(), self.step()
        self.nodes.kill("worker-1")
        self.nodes.start_worker(2)
        self._wait_for(reached + 50)
        self.recovery_s = time.monotonic() - killed_s

    def _wait_for(self, step):
        while True:
            with contextlib.suppress(IndexError, ValueError):
                if self.step() >= step:
                    return
            time.sleep(0.2)


def test_a_killed_node_is_replaced_and_the_run_goes_on_to_the_same_figures(
    artifacts, nodes, tmp_path
):
    config = tiny.config(
        tmp_path,
        'cluster.ray="running"',
        f'cluster.ray_address="http://{HEAD}:8265"',
        "training.num_workers=2",
        f"training.steps={STEPS}",
        "training.log_every_steps=50",
        "training.checkpoint_every_steps=100",
        "training.exact=true",
    )
    work = tmp_path / "shared"
    work.mkdir()
    work.chmod(0o777)
    os.umask(0)
    lines, followed = [], []

    def follow(curve):
        followed.append(curve)
        return contextlib.nullcontext()

    killer = Killer(nodes, lambda: followed[-1] if followed else None)
    killer.start()
    counts = pretrain(
        config,
        shards=artifacts.shards,
        tokenizer=artifacts.tokenizer,
        folder=tmp_path / "encoder",
        work_root=work,
        say=lines.append,
        follow=follow,
        log_tags=lambda tags: None,
    )
    killer.join(10)
    assert counts["steps"] == STEPS
    verify(tmp_path / "encoder", "model")
    assert "2 workers on a Ray cluster of 2 nodes" in lines
    assert any("going on from the checkpoint after step" in line for line in lines)
    print(json.dumps({"recovery_s": round(killer.recovery_s, 1)}))

    points = read_curve(followed[-1])
    assert [point["step"] for point in points] == list(range(50, STEPS + 1, 50))
    alone = Inputs(artifacts.shards, artifacts.tokenizer, tmp_path / "alone")
    train_on_worker(config, alone)
    for ours, theirs in zip(points, read_curve(alone.curve), strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)
