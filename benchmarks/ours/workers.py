"""The training loop: alone, in processes over gloo, on Ray; seconds of each step."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing

from benchmarks.ours.blocks import Corpus
from spanbert.config import Config
from spanbert.training.worker import CPU, Inputs, Seat, train_on_worker
from spanbert.training.workers import ProcessGroup

_DELTAS = 5  # steps between two time stamps; those of a Ray run are in whole milliseconds


def loop_seconds(
    config: Config,
    corpus: Corpus,
    folder: Path,
    seat: Seat = Seat(),  # noqa: B008  # frozen
) -> list[float]:
    """Seconds of each step of the plain training loop in this process; the first is left out.

    Everything that a step does is in it: data, masking, clip, optimizer, log. Worker 0 alone knows;
    the settings must log every step.
    """
    ends: list[float] = []
    train_on_worker(
        config,
        Inputs(corpus.shards, corpus.tokenizer, folder),
        seat,
        log=lambda step, metrics: ends.append(time.perf_counter()),
    )
    if seat.rank == 0:
        shutil.rmtree(folder / "checkpoints")  # large, and there are many runs
    return np.diff(ends).tolist()


def process_seconds(config: Config, corpus: Corpus, folder: Path, world_size: int) -> list[float]:
    """As `loop_seconds`, in so many fresh processes of one thread that sum over gloo."""
    return in_processes(_worker, world_size, folder, config, corpus)


def _worker(
    rank: int, world_size: int, folder: Path, config: Config, corpus: Corpus
) -> list[float]:
    return loop_seconds(config, corpus, folder, Seat(ProcessGroup(CPU)))


def in_processes(
    work: Callable[..., list[float]], world_size: int, folder: Path, *arguments: object
) -> list[float]:
    """What `work(rank, world_size, folder, ...)` gives on rank 0 of a fresh gloo group."""
    folder.mkdir(parents=True)
    context = torch.multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    torch.multiprocessing.spawn(  # pyright: ignore[reportPrivateImportUsage]
        _join, (world_size, folder, work, arguments, answer), nprocs=world_size
    )
    return answer.get()


def _join(
    rank: int,
    world_size: int,
    folder: Path,
    work: Callable[..., list[float]],
    arguments: tuple[object, ...],
    answer: Any,
) -> None:
    torch.set_num_threads(1)
    meeting = f"file://{folder.absolute() / 'rendezvous'}"
    dist.init_process_group("gloo", meeting, rank=rank, world_size=world_size)
    found = work(rank, world_size, folder, *arguments)
    if rank == 0:
        answer.put(found)
    dist.destroy_process_group()


@dataclass(frozen=True)
class RayRun:
    """Seconds of one whole run on Ray."""

    steps: list[float]  # median-able: each the mean of a few steps
    cluster: float  # until the cluster is there
    group: float  # from there to the end of the first step
    teardown: float  # from the last step to the return, export of the model included


def ray_run(config: Config, corpus: Corpus, folder: Path) -> RayRun:
    """Pre-train on Ray, with figures at every step."""
    from spanbert.training.ray_job import pretrain

    told_s = [time.time()]
    pretrain(
        config,
        shards=corpus.shards,
        tokenizer=corpus.tokenizer,
        folder=folder / "model",
        work_root=folder / "work",
        say=lambda line: told_s.append(time.time()),
    )
    ends = _logged_s(folder / "work")
    return RayRun(
        mean_steps(ends), told_s[2] - told_s[0], ends[0] - told_s[2], time.time() - ends[-1]
    )


def _logged_s(work_root: Path) -> list[float]:
    """When each step's figures were written down, in seconds since 1970."""
    (curve,) = work_root.glob("*/curve.jsonl")
    return [json.loads(line)["time_ms"] / 1000 for line in curve.read_text().splitlines()]


def mean_steps(ends: Sequence[float]) -> list[float]:
    """Mean seconds a step over neighbouring runs of a few steps."""
    apart = min(_DELTAS, len(ends) - 1)
    return ((np.array(ends[apart:]) - np.array(ends[:-apart])) / apart).tolist()


def typical_step(times: Sequence[float]) -> float:
    """Median seconds of a step, by the same runs as `mean_steps`."""
    return median(mean_steps(np.cumsum([0.0, *times]).tolist()))
