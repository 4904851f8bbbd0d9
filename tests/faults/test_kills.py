"""SIGKILL at random steps and during saves: the newest checkpoint is whole, the result the same."""

import random
import subprocess
import sys
from pathlib import Path

import group
import pytest
import tiny
from group import exactness, weights

from spanbert.training.curve import read_curve

LONG = ("training.steps=60", "training.log_every_steps=1", "training.checkpoint_every_steps=4")


def test_f02_f03_sixty_kills_while_saving_leave_no_bad_checkpoint(tmp_path):
    program = Path(__file__).parent / "kill_saving.py"
    command = [sys.executable, str(program), str(tmp_path / "checkpoints"), "60", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert '"bad": 0' in done.stdout


def kill_at_random_steps(config, inputs, chance, kills):
    for _ in range(kills):
        processes = group.start(config, inputs)
        last = read_curve(inputs.curve)[-1:]
        seen = last[0]["step"] if last else 0
        until = seen + chance.randint(1, 12)

        def has_come(until=until, processes=processes):
            points = read_curve(inputs.curve)
            done = bool(points) and points[-1]["step"] >= min(until, 60)
            return done or processes[0].poll() is not None

        group.wait_for(has_come)
        for process in processes:
            process.kill()
        group.wait(processes)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_f01_a_run_killed_at_random_steps_equals_an_uncut_one(place, tmp_path, seed):
    config = tiny.config(tmp_path, "training.num_workers=2", *LONG)
    inputs = place("cut")
    kill_at_random_steps(config, inputs, random.Random(seed), kills=3)
    group.train(config, inputs)
    group.train(config, place("uncut"))
    assert weights(inputs, 60) == weights(place("uncut"), 60)
    assert read_curve(inputs.curve) == read_curve(place("uncut").curve)
    assert exactness(inputs, 60)["level"] == "bitwise"
    assert exactness(inputs, 60)["largest_difference"] == 0
