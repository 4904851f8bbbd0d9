"""What Ray shows of a training that runs: gauges, and settings without passwords."""

import json
import re
import shutil
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import tiny

from spanbert.errors import PreemptedError, SpanbertError
from spanbert.training.curve import read_curve
from spanbert.training.gauges import GAUGES
from spanbert.training.keeping import ask_to_stop
from spanbert.training.ray_job import pretrain

pytestmark = [pytest.mark.ray, pytest.mark.slow]

PASSWORD = "canary-of-a-password"
SAMPLE = re.compile(r"ray_(spanbert_\w+)\{(.*)\} (\S+)")


def get(url, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read().decode()


class Visitor:
    """Reads what Ray offers while training runs, then asks training to stop."""

    def __init__(self, work_root):
        self._work_root, self._thread = work_root, threading.Thread(target=self._look)
        self.samples, self.state, self.is_over = [], "", False

    def __call__(self, line):
        told = re.match(r"Ray dashboard: (http://127\.0\.0\.1:\d+) \(token in (.*)\)", line)
        if told:
            self._address, self._token = told[1], Path(told[2]).read_text()
            self._thread.start()

    def finish(self):
        self.is_over = True
        self._thread.join()

    def _look(self):
        while not self.is_over and not self.samples:
            time.sleep(0.5)
            self._read_gauges()
        if not self.is_over:
            self.state = get(f"{self._address}/api/train/v2/runs/v1", self._token)
            ask_to_stop(*self._work_root.glob("*"))

    def _read_gauges(self):
        import ray

        port = ray.nodes()[0]["MetricsExportPort"]
        try:
            samples = SAMPLE.findall(get(f"http://127.0.0.1:{port}/metrics"))  # without the token
        except (urllib.error.URLError, ConnectionError):
            return  # the agent is not there yet
        if len(samples) >= len(GAUGES) - 1:
            self.samples = samples


@pytest.fixture(scope="module")
def watched(artifacts, tmp_path_factory):
    """A run whose gauges were read while it went on, and the figures that it wrote down."""
    folder = tmp_path_factory.mktemp("watched")
    overrides = ["training.steps=4000", "training.checkpoint_every_steps=500"]
    visitor = Visitor(folder / "work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"http://ann:{PASSWORD}@127.0.0.1:1")
        patch.setenv("RAY_metrics_report_interval_ms", "500")
        patch.setenv("RAY_TRAIN_ENABLE_STATE_TRACKING", "1")
        config = tiny.config(folder, *overrides)
        with pytest.raises(SpanbertError) as stopped:
            pretrain(
                config,
                shards=artifacts.shards,
                tokenizer=artifacts.tokenizer,
                folder=folder / "encoder",
                work_root=folder / "work",
                say=visitor,
            )
        visitor.finish()
    assert stopped.value.exit_code == PreemptedError.exit_code
    (work,) = (folder / "work").iterdir()
    yield config, visitor, read_curve(work / "curve.jsonl")
    shutil.rmtree(work)


def test_every_gauge_is_there_once_with_the_runs_id_but_mfu_on_a_device_without_known_peak(watched):
    config, visitor, _ = watched
    names = [name for name, _, _ in visitor.samples]
    assert sorted(names) == sorted(set(GAUGES) - {"spanbert_mfu"})
    assert all(f'run_id="{config.run_id}"' in labels for _, labels, _ in visitor.samples)


def test_the_loss_is_that_of_a_line_of_the_curve(watched):
    _, visitor, curve = watched
    values = {name: float(value) for name, _, value in visitor.samples}
    assert values["spanbert_loss"] in [point["loss"] for point in curve]
    assert values["spanbert_tokens_per_second"] > 0
    assert values["spanbert_step_seconds"] > 0
    assert values["spanbert_checkpoint_age_seconds"] > 0
    assert values["spanbert_skipped_steps"] == 0


def test_the_settings_that_the_dashboard_shows_hold_no_password(watched):
    config, visitor, _ = watched
    [run] = json.loads(visitor.state)["train_runs"]
    assert run["run_settings"]["train_loop_config"]["run_id"] == config.run_id
    assert PASSWORD not in visitor.state
