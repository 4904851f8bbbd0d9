"""Kills of a process that saves checkpoints, at random moments (F02, F03).

As a program: `kill_saving.py FOLDER KILLS SEED` kills so often, and prints what it found as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.progress import silent

KEEP = 3


def state(step, size=60_000):
    values = torch.full((size,), float(step))
    return TrainingState(step, {"w": values, "b": values[:7] + 1}, {"w.exp_avg": values * 2})


def store_in(folder):
    return CheckpointStore(folder, keep=KEEP, inputs={"shards": "s" * 64})


def save_for_ever(folder):
    """Go on from the newest, as training does."""
    store = store_in(folder)
    newest = store.newest(silent)
    step = load_state(newest).step if newest else 0
    while True:
        step += 1
        store.save(state(step))


def kill_once(folder, delay_s):
    child = os.fork()
    if not child:
        try:
            save_for_ever(folder)
        finally:
            os._exit(1)
    time.sleep(delay_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def check(folder):
    """The newest checkpoint verifies, nothing is skipped, no garbage stays; returns its step."""
    skipped = []
    newest = store_in(folder).newest(skipped.append)
    assert not skipped, skipped
    assert not list(folder.glob(".*.partial"))
    if newest is None:
        return 0
    found = load_state(newest)
    assert torch.equal(found.model["w"], state(found.step).model["w"])
    assert len(list(folder.glob("step-*"))) <= KEEP + 1  # killed before the oldest went
    return found.step


def run(folder, kills, seed):
    """Returns the steps after each kill; they never fall."""
    chance, steps = random.Random(seed), [0]
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for _ in range(kills):
        kill_once(folder, chance.uniform(0, 0.8))
        steps.append(check(folder))
        assert steps[-1] >= steps[-2]
    return steps


if __name__ == "__main__":
    began_s = time.monotonic()
    steps = run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"kills": len(steps) - 1, "bad": 0, "checkpoints": steps[-1],
                      "seconds": round(time.monotonic() - began_s, 1)}))  # fmt: skip
