"""`spanbert pretrain` as a user gives it, in a folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import group
import tiny

from spanbert.config import to_toml
from spanbert.training.curve import read_curve
from spanbert.training.worker import Inputs


class Command:
    """One command; it may be given again."""

    def __init__(self, artifacts, folder, *overrides):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = tiny.config(folder, *overrides)
        (folder / "my.toml").write_text(to_toml(self.config))
        self._words = [sys.executable, "-m", "spanbert.cli", "pretrain", "--config", "my.toml"]
        self._words += ["--shards", artifacts.shards, "--tokenizer", artifacts.tokenizer]
        self._words += ["--output", "encoder"]

    def start(self, *more, path=(), output=subprocess.PIPE):
        places = [*map(str, path), *sys.path]
        return subprocess.Popen(
            [*map(str, self._words), *more],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *more, path=(), limit_s=200):
        process = self.start(*more, path=path)
        try:
            out, _ = process.communicate(timeout=limit_s)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, out

    @property
    def _works(self):
        return self.folder / "runs" / self.config.run_id / "work"

    @property
    def work(self):
        (work,) = self._works.iterdir()
        return work

    def steps(self):
        found = list(self._works.glob("*/curve.jsonl"))
        return [point["step"] for point in read_curve(found[0])] if found else []

    def beat(self, rank=0):
        """What a worker last told of itself; nothing where none has started."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.work / "workers" / f"rank-{rank}.json").read_text())
        return None

    def wait_for_step(self, step):
        group.wait_for(lambda: self.steps()[-1:] >= [step], limit_s=120)

    @property
    def inputs(self):
        return Inputs(Path(), Path(), self.work)

    def weights(self):
        """sha256 of the model after the last step."""
        return group.weights(self.inputs, self.config.training.steps)

    def sync(self):
        """What `spanbert sync` prints."""
        words = [sys.executable, "-m", "spanbert.cli", "sync", "--config", "my.toml"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            words, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
