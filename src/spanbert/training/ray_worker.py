"""What runs in each Ray worker: settings -> the worker's seat, then `worker.train_on_worker`."""

from pathlib import Path
from typing import Any

import ray.train
import ray.train.torch
import torch
from ray.train.v2._internal.execution.context import get_train_context
from ray.util.metrics import Gauge

from spanbert.config import parse_config
from spanbert.errors import NumericsError, PreemptedError, SpanbertError
from spanbert.failures import RETRY_HELPS, read_failure, write_failure
from spanbert.progress import announce
from spanbert.training.gauges import GAUGES, SetGauge
from spanbert.training.repeats import came_twice, repeated
from spanbert.training.worker import Inputs, Seat, train_on_worker
from spanbert.training.workers import ProcessGroup


def main(settings: dict[str, Any]) -> None:
    """Train in one worker of a Ray group; the settings are plain values made by `ray_job`.

    Ray starts the group again when a worker raises. An error that would come again is written down;
    the workers that Ray then starts find it and end at once, and `ray_job` raises it.
    """
    config = parse_config(settings["config_toml"])
    inputs = Inputs(**{role: Path(path) for role, path in settings["inputs"].items()})
    told = read_failure(inputs.work_folder)
    if told and told.exit_code not in RETRY_HELPS:
        return
    torch.set_num_threads(config.training.threads_per_worker)
    seat = _seat()
    set_gauge = _gauges(settings["run_id"])
    try:
        train_on_worker(
            config, inputs, seat, say=announce, set_gauge=set_gauge, is_leaving=_is_leaving
        )
    except (PreemptedError, NumericsError) as error:  # of all workers alike
        write_failure(inputs.work_folder, error)
    except SpanbertError as error:
        write_failure(inputs.work_folder, error)
        raise
    except Exception as error:
        if came_twice(inputs.work_folder, seat.rank, error):
            write_failure(inputs.work_folder, repeated(error, inputs.work_folder))
        raise


def _seat() -> Seat:
    device = ray.train.torch.get_device()
    return Seat(ProcessGroup(device), device)


def _gauges(run_id: str) -> SetGauge:
    """Gauges of Ray, which its agent on this machine offers to Prometheus; setting one is local."""
    gauges = {name: Gauge(name, text, tag_keys=("run_id",)) for name, text in GAUGES.items()}
    return lambda name, value: gauges[name].set(value, {"run_id": run_id})


def _is_leaving() -> bool:
    """Whether Ray was told that a machine of this group is taken away.

    Ray's public question is a barrier of all workers; what it told this worker is enough, because
    the workers agree on what to do after each step anyway.
    """
    return get_train_context().preemption_context.preemption_info is not None
