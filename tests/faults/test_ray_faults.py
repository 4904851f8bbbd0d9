"""Faults of a whole pre-training command: its driver, its workers, their machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import group
import psutil
import pytest
from faults.command import Command

LONG = ("training.num_workers=2", "training.steps=1500", "training.log_every_steps=1")
LONG += ("training.checkpoint_every_steps=100",)


def children_of(pid):
    return psutil.Process(pid).children(recursive=True)


@pytest.mark.ray
def test_f15_sigterm_is_a_checkpoint_and_exit_75_and_leaves_no_process(artifacts, tmp_path):
    command = Command(artifacts, tmp_path, *LONG)
    process = command.start()
    command.wait_for_step(20)
    children = children_of(process.pid)
    asked_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 75, out
    assert time.monotonic() - asked_s < 30
    assert "run the same command again to go on" in out
    newest = max(int(f.name[5:]) for f in (command.work / "checkpoints").glob("step-*"))
    assert newest == command.steps()[-1]
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert not (command.folder / "encoder").exists()


@pytest.mark.ray
def test_f51_a_second_command_of_the_same_work_is_refused_and_a_dead_one_is_no_owner(
    artifacts, tmp_path
):
    command = Command(artifacts, tmp_path, *LONG)
    first = command.start()
    command.wait_for_step(5)
    code, out = command.run()
    assert code == 2
    assert f"process {first.pid} on " in out
    assert " s, is running these settings" in out
    before = command.beat()["pid"]
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    again = command.start()
    group.wait_for(lambda: (command.beat() or {"pid": before})["pid"] != before)
    command.wait_for_step(command.steps()[-1] + 5)
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=60) == 75


@pytest.mark.ray
def test_f13_an_error_that_comes_twice_at_one_step_is_not_tried_again(artifacts, tmp_path):
    spoiled = Path(__file__).parent / "spoil_step"
    command = Command(artifacts, tmp_path, "training.max_failures=5")
    code, out = command.run(path=[spoiled])
    assert code == 1
    assert "always at this step (twice at the same step, so not tried again)" in out
    assert out.count("going on from the checkpoint after step 4") == 1  # of five


def test_f17_a_machine_taken_away_is_no_failure():
    """In a process of its own: Ray keeps for a process's life that it was used without a token."""
    code = """
from ray.train import FailureConfig
from ray.train.v2._internal.execution.failure_handling.default import DefaultFailurePolicy
from ray.train.v2.api.exceptions import PreemptionError
from ray.train.v2.api.preemption import PreemptionInfo

policy = DefaultFailurePolicy(FailureConfig(max_failures=0, controller_failure_limit=2))
away = PreemptionError(PreemptionInfo(deadline_ms=None, preempted_node_to_ranks={"a": [1]}))
print(*(policy.make_decision(away).name for _ in range(5)))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["RETRY"] * 5


@pytest.mark.ray
@pytest.mark.slow
def test_f12_a_killed_driver_goes_on_by_the_same_command_to_the_same_weights(artifacts, tmp_path):
    cut, uncut = (Command(artifacts, tmp_path / name, *LONG) for name in ("cut", "uncut"))
    process = cut.start()
    cut.wait_for_step(300)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    code, out = cut.run()
    assert code == 0, out
    assert "going on from the checkpoint after step" in out
    assert uncut.run()[0] == 0
    assert cut.weights() == uncut.weights()
    assert cut.steps() == uncut.steps() == list(range(1, 1501))


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_f11_f14_a_killed_or_stopped_worker_is_replaced_with_the_same_result(
    artifacts, tmp_path, number
):
    overrides = (*LONG, "training.hang_timeout_s=5")
    cut, uncut = (Command(artifacts, tmp_path / name, *overrides) for name in ("cut", "uncut"))
    process = cut.start()
    cut.wait_for_step(300)
    group.wait_for(lambda: cut.beat(1))
    hit_s, reached = time.monotonic(), cut.steps()[-1]
    os.kill(cut.beat(1)["pid"], number)
    cut.wait_for_step(reached + 50)
    recovery_s = time.monotonic() - hit_s
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out
    print(f"recovery after {number.name}: {recovery_s:.1f} s")
    assert uncut.run()[0] == 0
    assert cut.weights() == uncut.weights()
