"""What runs in each Ray worker: settings -> the worker's seat, then `worker.train_on_worker`."""

import os
from pathlib import Path
from typing import Any

import ray.train
import ray.train.torch
import torch

from spanbert.config import parse_config
from spanbert.errors import SpanbertError
from spanbert.failures import RETRY_HELPS, write_failure
from spanbert.progress import announce
from spanbert.registry.tracking import MetricsSink
from spanbert.training.worker import Inputs, Seat, train_on_worker
from spanbert.training.workers import ProcessGroup


def main(settings: dict[str, Any]) -> None:
    """Train in one worker of a Ray group; the settings are plain values made by `ray_job`.

    An error that would come again is written down and ends the worker quietly, so that Ray does not
    restart the group for it; `ray_job` raises it.
    """
    config = parse_config(settings["config_toml"])
    inputs = Inputs(**{role: Path(path) for role, path in settings["inputs"].items()})
    torch.set_num_threads(config.training.threads_per_worker)
    with MetricsSink(settings["tracking_uri"], settings["tracking_run"]) as log:
        try:
            train_on_worker(
                config, inputs, _seat(), say=announce, log=log, after_checkpoint=_report
            )
        except SpanbertError as error:
            write_failure(inputs.work_folder, error)
            if error.exit_code in RETRY_HELPS:
                raise


def _seat() -> Seat:
    device = ray.train.torch.get_device()
    return Seat(ProcessGroup(device), device)


def _report(done: int) -> None:
    """Tell Ray that the group lives; a report waits for the controller, so only at checkpoints."""
    ray.train.report({"step": done, "pid": os.getpid()})
