"""Gauges: what they are set to, and when nobody can know."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from spanbert.checkpoints.saver import Saver
from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore
from spanbert.planning.work import packed_layout, step_flops
from spanbert.progress import silent
from spanbert.shards.reader import ShardReader
from spanbert.training.gauges import GAUGES, SetGauges, peak_tokens_s
from spanbert.training.worker import Inputs, train_on_worker

PAGE = Path(__file__).parents[3] / "docs" / "pretraining.md"
FIGURES = {"loss": 2.5, "mlm_loss": 2.0, "skipped_steps": 1.0}


class Clock:
    """Seconds that stand still until a test moves them."""

    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def saver(tmp_path, clock):
    with Saver(CheckpointStore(tmp_path, keep=2, inputs={}), silent, clock) as saver:
        yield saver


def test_gauges_tell_of_the_steps_since_the_last_call(saver, clock):
    seen = {}
    hook = SetGauges(seen.__setitem__, 10, 3000, 12_000.0, saver, clock)
    clock.now_s = 104.0
    hook(12, FIGURES)
    assert seen == {
        "spanbert_loss": 2.5,
        "spanbert_tokens_per_second": 1500,
        "spanbert_step_seconds": 2,
        "spanbert_mfu": 0.125,
        "spanbert_checkpoint_age_seconds": 4,
        "spanbert_skipped_steps": 1,
    }
    assert set(seen) == set(GAUGES)
    clock.now_s = 105.0
    hook(16, FIGURES | {"loss": 2.0})
    assert (seen["spanbert_loss"], seen["spanbert_step_seconds"]) == (2.0, 0.25)
    assert seen["spanbert_tokens_per_second"] == 12_000
    assert seen["spanbert_mfu"] == 1


def test_without_a_known_peak_the_gauge_of_mfu_is_not_set(saver, clock):
    seen = {}
    hook = SetGauges(seen.__setitem__, 0, 3000, None, saver, clock)
    clock.now_s = 101.0
    hook(1, FIGURES)
    assert set(seen) == set(GAUGES) - {"spanbert_mfu"}


def test_a_checkpoints_age_counts_from_its_state(saver, clock):
    seen = {}
    hook = SetGauges(seen.__setitem__, 0, 3000, None, saver, clock)
    clock.now_s = 110.0
    saver.save(TrainingState(1, {}, {}))
    saver.finish()
    clock.now_s = 117.0
    hook(2, FIGURES)
    assert seen["spanbert_checkpoint_age_seconds"] == 7


def test_the_peak_is_that_of_all_devices_for_a_token_of_these_shards(artifacts):
    shards = ShardReader(artifacts.shards)
    config = tiny.config(artifacts.shards.parent, "training.precision='bf16'")
    sizes = replace(config.model, vocab_size=shards.vocab_size)
    mean = shards.num_tokens / len(shards) + 2
    flops = step_flops(replace(config, model=sizes), packed_layout(config, mean))
    found = peak_tokens_s(config, shards, "NVIDIA H100 80GB HBM3", 4)
    assert found == pytest.approx(4 * 989e12 / flops)
    assert peak_tokens_s(config, shards, "cpu", 4) is None


def test_a_worker_sets_them_with_each_line_of_the_curve(artifacts, tmp_path):
    losses, logged = [], []
    train_on_worker(
        artifacts.config,
        Inputs(artifacts.shards, artifacts.tokenizer, tmp_path),
        log=lambda step, metrics: logged.append(metrics["loss"]),
        set_gauge=lambda name, value: losses.append(value) if name == "spanbert_loss" else None,
    )
    assert losses == logged
    assert len(losses) == 4


def test_the_page_names_them_all():
    rows = re.findall(r"^\| `ray_(spanbert_\w+)` \| (.*) \|$", PAGE.read_text(), flags=re.MULTILINE)
    assert dict(rows) == GAUGES
