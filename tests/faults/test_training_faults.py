"""What happens to training itself: hangs, preemption, crashes, bad numbers, no memory, no disk."""

import json
import os
import signal
import subprocess

import group
import numpy as np
import pytest
import tiny

from spanbert.checkpoints.store import load_state
from spanbert.errors import (
    CheckpointError,
    NoProgressError,
    NumericsError,
    OutOfMemoryError,
    PreemptedError,
    StorageError,
)
from spanbert.shards.reader import ShardReader
from spanbert.training.attempts import MOST
from spanbert.training.curve import read_curve
from spanbert.training.keeping import ask_to_stop, forget_stop
from spanbert.training.step import Trainer
from spanbert.training.worker import Inputs, train_on_worker


def two_workers(tmp_path, *more):
    return tiny.config(tmp_path, "training.num_workers=2", *more)


def newest_step(inputs):
    return max(int(folder.name[5:]) for folder in inputs.checkpoints.glob("step-*"))


@pytest.mark.parametrize("stopped", [0, 1])
def test_f14_a_hung_group_ends_itself_with_the_stacks_of_those_that_wait(place, tmp_path, stopped):
    long = ("training.steps=4000", "training.log_every_steps=1", "training.hang_timeout_s=3")
    inputs = place("hung")
    processes = group.start(two_workers(tmp_path, *long), inputs)
    group.wait_for(lambda: len(read_curve(inputs.curve)) > 3)
    os.kill(processes[stopped].pid, signal.SIGSTOP)
    codes = [code for code, _ in group.wait(processes, limit_s=60)]
    assert codes[stopped] == -signal.SIGKILL
    assert codes[1 - stopped] == 70
    told = (inputs.work_folder / "workers" / f"stacks-{1 - stopped}.txt").read_text()
    assert "no step for 3 s" in told
    assert f"rank {stopped}:" in told
    assert "T (stopped)" in told
    assert "in run_steps" in told  # above the sum that it waits in: of a step, or of the wishes


def test_f15_asked_to_stop_all_workers_leave_after_a_checkpoint_and_a_rerun_goes_on(
    place, tmp_path
):
    config = two_workers(tmp_path, "training.steps=400", "training.log_every_steps=1")
    inputs = place("preempted")
    processes = group.start(config, inputs)
    group.wait_for(lambda: len(read_curve(inputs.curve)) > 3)
    ask_to_stop(inputs.work_folder)
    ended = group.wait(processes)
    assert [code for code, _ in ended] == [PreemptedError.exit_code] * 2
    assert "run the same command again" in ended[0][1]
    last = read_curve(inputs.curve)[-1]["step"]
    assert newest_step(inputs) == last < 400  # at the very step, not at the last interval
    forget_stop(inputs.work_folder)
    said = group.train(config, inputs)
    assert f"going on from the checkpoint after step {last}" in said[0]
    group.train(config, place("uncut"))
    assert group.weights(inputs, 400) == group.weights(place("uncut"), 400)


def test_f24_crashes_before_any_checkpoint_end_with_a_reason(place, tmp_path):
    config = tiny.config(tmp_path, "training.checkpoint_every_steps=12")
    inputs = place("crashing")
    for _ in range(MOST):
        ended = group.wait(group.start(config, inputs, "SIGKILL at 6"))
        assert ended[0][0] == -signal.SIGKILL
    with pytest.raises(NoProgressError, match="3 starts from step 0") as stopped:
        train_on_worker(config, inputs)
    assert stopped.value.exit_code == 93
    assert "attempts.json" in str(stopped.value)
    (inputs.work_folder / "attempts.json").unlink()
    train_on_worker(config, inputs)
    assert newest_step(inputs) == 12


def test_crashes_with_progress_between_them_are_no_reason_to_stop(place, tmp_path):
    config, inputs = tiny.config(tmp_path), place("unlucky")  # a checkpoint each 3 steps
    for step in (3, 6, 9, 12):
        group.wait(group.start(config, inputs, f"SIGKILL at {step}"))
    train_on_worker(config, inputs)
    assert newest_step(inputs) == 12


def test_f21_a_loss_that_is_not_finite_stops_both_workers_on_that_step_with_its_segments(
    place, tmp_path
):
    config = two_workers(
        tmp_path, "training.weight_decay=1e38", "training.learning_rate=1e3", "training.steps=40"
    )
    inputs = place("diverged")
    ended = group.wait(group.start(config, inputs))
    assert [code for code, _ in ended] == [NumericsError.exit_code] * 2
    told = json.loads((inputs.work_folder / "diverged.json").read_text())
    assert f"at step {told['step']}" in ended[0][1]
    assert f"at step {told['step']}" in ended[1][1]
    assert "diverged.json" in ended[0][1]
    segments = np.concatenate([np.array(m) for part in told["segments"] for m in part])
    assert len(told["segments"]) == 2
    assert len(set(segments.tolist())) == len(segments) > 0
    assert segments.max() < len(ShardReader(inputs.shards).lengths())


@pytest.fixture
def one_spike(monkeypatch):
    """The first gradient after a full window is ten thousand times too large."""
    whole = Trainer._backward

    def spiked(self, batch, scales):
        factor = 1e4 if self.spikes.skipped == 0 and len(self.spikes.record.norms) == 128 else 1
        return whole(self, batch, [scale * factor for scale in scales])

    monkeypatch.setattr(Trainer, "_backward", spiked)


def test_f22_a_gradient_spike_is_skipped_counted_and_changes_nothing(place, tmp_path, one_spike):
    config = tiny.config(
        tmp_path, "training.steps=140", "training.log_every_steps=1", "training.learning_rate=1e-5"
    )
    before = {}

    def look(done, metrics):
        before[done] = metrics

    inputs = place("spiked")
    train_on_worker(config, inputs, log=look)
    assert [before[step]["skipped_steps"] for step in (128, 129, 140)] == [0, 1, 1]
    state = load_state(inputs.checkpoints / "step-00000140")
    assert state.spikes.skipped == 1
    assert len(state.spikes.norms) == 128
    assert before[129]["grad_norm"] > 1000 * before[128]["grad_norm"]


def test_a_run_with_a_skipped_step_resumes_to_the_bit(place, tmp_path, one_spike):
    config = tiny.config(tmp_path, "training.steps=140", "training.log_every_steps=1")

    class Cut(Exception):
        pass

    def cut(done, metrics):
        if done == 134:
            raise Cut

    train_on_worker(config, place("uncut"))
    with pytest.raises(Cut):
        train_on_worker(config, place("cut"), log=cut)
    train_on_worker(config, place("cut"))
    assert group.weights(place("cut"), 140) == group.weights(place("uncut"), 140)
    last = [json.loads((place(n).checkpoints / "step-00000140" / "state.json").read_text())
            for n in ("cut", "uncut")]  # fmt: skip
    assert last[0]["spikes"] == last[1]["spikes"]


def test_f25_no_memory_for_a_batch_is_told_with_its_shape(place, tmp_path, monkeypatch):
    def exhausted(*args):
        raise MemoryError

    monkeypatch.setattr("spanbert.training.step.pretraining_losses", exhausted)
    with pytest.raises(OutOfMemoryError, match=r"\d+ tokens in \d+ segments") as stopped:
        train_on_worker(tiny.config(tmp_path), place("large"))
    assert stopped.value.exit_code == 137
    assert "training.micro_batch_tokens=" in str(stopped.value)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 400 kB: room for two checkpoints."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("cannot mount here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_f27_a_full_disk_while_saving_is_told_and_training_goes_on_until_it_is_hopeless(
    artifacts, tmp_path, small_disk
):
    config = tiny.config(tmp_path, "training.steps=30", "training.keep_checkpoints=1")
    inputs = Inputs(artifacts.shards, artifacts.tokenizer, small_disk / "work")
    (small_disk / "ballast").write_bytes(bytes(220_000))
    said = []
    with pytest.raises(StorageError, match="No space left") as stopped:
        train_on_worker(config, inputs, say=said.append)
    assert stopped.value.exit_code == 74
    assert sum("not saved, training goes on" in line for line in said) == 2
    (kept,) = inputs.checkpoints.glob("step-*")
    assert load_state(kept).step == 4
    (small_disk / "ballast").unlink()
    train_on_worker(config, inputs)
    assert newest_step(inputs) == 30


def test_f07_all_checkpoints_bad_is_refused_with_the_way_out(place, tmp_path):
    config, inputs = tiny.config(tmp_path), place("bad")
    train_on_worker(config, inputs)
    for folder in inputs.checkpoints.glob("step-*"):
        (folder / "model.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="--from-scratch") as refused:
        train_on_worker(config, inputs)
    assert refused.value.exit_code == 4
    assert len(list(inputs.checkpoints.glob("step-*"))) == 2
