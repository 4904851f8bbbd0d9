"""Pre-training on real Ray workers: equal to one worker, guarded, and alive after a kill."""

import contextlib
import hashlib
import os
import re
import shlex
import signal
import stat
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import layouts
import psutil
import pytest
import tiny
import torch
from safetensors.torch import load_file

from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.errors import NumericsError, SpanbertError, StorageError
from spanbert.model.published import load_pretraining_model
from spanbert.storage import read_manifest
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.ray_job import pretrain
from spanbert.training.worker import Inputs, train_on_worker

pytestmark = pytest.mark.ray


def run(artifacts, folder, config, say=lambda line: None):
    return pretrain(
        config,
        shards=artifacts.shards,
        tokenizer=artifacts.tokenizer,
        folder=folder / "encoder",
        work_root=folder / "work",
        say=say,
    )


def status_without_token(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def listening_addresses():
    """Addresses on which this process's children accept connections."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            connections = process.net_connections("tcp")
            found |= {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}
    return found


class Visitor:
    """Looks at the cluster at the moment that its address is told."""

    def __init__(self):
        self.statuses, self.token_mode, self.token, self.lines = [], None, "", []
        self.listening = set()

    def __call__(self, line):
        self.lines.append(line)
        told = re.match(r"Ray dashboard: (http://127\.0\.0\.1:\d+) \(token in (.*)\)", line)
        if told:
            address, path = told[1], Path(told[2])
            self.token, self.token_mode = path.read_text(), stat.S_IMODE(path.stat().st_mode)
            paths = ("/api/jobs/", "/api/version", "/nodes?view=summary")
            self.statuses = [status_without_token(address + path) for path in paths]
            self.listening = listening_addresses()


def test_two_workers_train_like_one_behind_a_token(artifacts, tmp_path):
    config = tiny.config(tmp_path, "model.hidden_dropout=0.0", "model.attention_dropout=0.0")
    visitor = Visitor()
    counts = run(artifacts, tmp_path, config, visitor)
    assert counts["steps"] == 12

    alone = Inputs(artifacts.shards, artifacts.tokenizer, tmp_path / "alone")
    train_on_worker(config, alone)
    (work,) = (tmp_path / "work").iterdir()
    ours, theirs = read_curve(work / "curve.jsonl"), read_curve(alone.curve)
    assert [p["step"] for p in ours] == [p["step"] for p in theirs] == [3, 6, 9, 12]
    for a, b in zip(ours, theirs, strict=True):
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-5)
    assert load_pretraining_model(tmp_path / "encoder")

    assert visitor.statuses == [401, 401, 401]
    assert visitor.token_mode == 0o600
    assert visitor.listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert visitor.listening
    assert not list(work.glob("ray-token"))
    assert not any(visitor.token in line for line in visitor.lines)


def test_training_goes_on_from_a_model_of_others(artifacts, tmp_path, monkeypatch, capsys):
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    sizes = {"vocab_size": vocab_size, "max_position_embeddings": 64}
    layouts.bert("BertForMaskedLM", **sizes).save_pretrained(tmp_path / "theirs")
    config = tiny.config(tmp_path, "training.learning_rate=1e-9")  # stays where it started
    (tmp_path / "tiny.toml").write_text(to_toml(config))
    monkeypatch.chdir(tmp_path)
    words = f"pretrain --config tiny.toml --shards {artifacts.shards} --output encoder"
    words += f" --tokenizer {artifacts.tokenizer} --from theirs"
    assert main(shlex.split(words)) == 0
    assert "made new: cls.pair_target_predictions" in capsys.readouterr().err

    before = load_file(tmp_path / "theirs" / "model.safetensors")
    after = load_file(tmp_path / "encoder" / "model.safetensors")
    name = "bert.encoder.layer.1.intermediate.dense.weight"
    torch.testing.assert_close(after[name], before[name], atol=1e-6, rtol=0)
    assert (tmp_path / "encoder" / "import.json").is_file()
    assert "start" in read_manifest(tmp_path / "encoder", "model").inputs


def test_divergence_stops_all_workers_at_once_with_its_code(artifacts, tmp_path):
    config = tiny.config(
        tmp_path, "training.weight_decay=1e38", "training.learning_rate=1e3", "training.steps=40"
    )
    with pytest.raises(Exception, match="at step") as stopped:
        run(artifacts, tmp_path, config)
    assert stopped.value.exit_code == NumericsError.exit_code
    assert not (tmp_path / "encoder").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tokenizer": "lower"}, "not the one that the shards were made with"),
        ({"config": ("preset.model='bert'",)}, "needs shards of segment pairs"),
    ],
)
def test_what_does_not_fit_is_refused_before_ray_starts(artifacts, tmp_path, changes, told):
    lower = TokenizerConfig(vocab_size=300, lower_case=True)
    build_tokenizer(artifacts.documents, tmp_path / "lower", lower)
    config = tiny.config(tmp_path, *changes.get("config", ()))
    tokenizer = tmp_path / "lower" if "tokenizer" in changes else artifacts.tokenizer
    said = []
    with pytest.raises(SpanbertError, match=told):
        run(replace(artifacts, tokenizer=tokenizer), tmp_path, config, said.append)
    assert said == []


def test_too_little_room_is_refused_before_ray_starts(artifacts, tmp_path, monkeypatch):
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    lines = []
    with pytest.raises(StorageError, match="are free"):
        run(artifacts, tmp_path, tiny.config(tmp_path), lines.append)
    assert lines == []


@pytest.mark.slow
def test_a_killed_worker_comes_back_and_the_result_is_the_same(artifacts, tmp_path):
    overrides = ("training.steps=3000", "training.warmup_steps=100")
    overrides += ("training.checkpoint_every_steps=500", "training.log_every_steps=100")
    config = tiny.config(tmp_path, *overrides)

    def weights(folder):
        tensors = load_file(folder / "encoder" / "model.safetensors")
        return hashlib.sha256(b"".join(t.numpy().tobytes() for t in tensors.values())).hexdigest()

    killed = []

    def kill_at(line):
        if "starting Ray" in line:
            watch(killed)

    (tmp_path / "cut").mkdir()
    run(artifacts, tmp_path / "cut", config, kill_at)
    run(artifacts, tmp_path / "uncut", config)
    assert len(killed) == 1
    assert weights(tmp_path / "cut") == weights(tmp_path / "uncut")


def watch(killed):
    """Kill one training worker once the first checkpoint is there."""
    import threading
    import time

    def look():
        while not killed:
            time.sleep(0.2)
            workers = [
                p
                for p in psutil.Process().children(recursive=True)
                if p.name().startswith("ray::") and "RayTrainWorker" in p.name()
            ]
            busy = [p for p in workers if p.cpu_times().user > 6]
            if busy:
                os.kill(busy[0].pid, signal.SIGKILL)
                killed.append(busy[0].pid)

    threading.Thread(target=look, daemon=True).start()
