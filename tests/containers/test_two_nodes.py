"""Pre-training over two nodes of a Ray cluster, one of which is killed on the way.

Each node is a container with a limit of its own and room for one worker. In place of the killed one
comes another, as Kubernetes would see to.
"""

import contextlib
import json
import os
import threading
import time

import pytest
import tiny
from containers.nodes import ADDRESS

from spanbert.cluster.pretraining import pretrain
from spanbert.storage import verify
from spanbert.training.curve import read_curve
from spanbert.training.worker import Inputs, train_on_worker

pytestmark = pytest.mark.containers

STEPS, KILLED_AT = 1200, 300


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
        f'cluster.ray_address="{ADDRESS}"',
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
