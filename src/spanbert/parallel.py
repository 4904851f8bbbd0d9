"""The same function over many items, here or as tasks of Ray; results come in the items' order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from spanbert.errors import ConfigError, SpanbertError
from spanbert.machine import usable_cpus
from spanbert.progress import Say
from spanbert.ray_cluster import Workers, ray_cluster, runs_in_cluster

Item = TypeVar("Item")
Result = TypeVar("Result")

_SETTING = "corpus.num_workers"
_AHEAD = 2  # tasks that are asked for beside each that runs, so that no worker waits for the next
_RETRIES = 3  # of a task whose worker was lost


def run_tasks(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    num_workers: int,
    work_folder: Path,
    say: Say,
) -> Iterator[Result]:
    """What `task` returns for each item; what it leaves besides must lie in files.

    Args:
        task: a function of a module with some arguments given (`functools.partial`), for it is sent
            to other processes.
        num_workers: 1 for this process alone.
        work_folder: exists; for Ray's own files.

    Raises:
        ConfigError: there are more workers than processors, and Ray is not a cluster's.
        DependencyError: Ray is not installed, or the cluster lacks what the workers ask for.
        Whatever `task` raises, for the first item that fails.
    """
    if num_workers == 1 or len(items) < 2:
        yield from map(task, items)
        return
    _require_cpus(num_workers)
    workers = Workers(min(num_workers, len(items)), setting=_SETTING)
    with ray_cluster(workers, work_folder, say):
        yield from _run_on_ray(task, items, workers.count)


def _require_cpus(num_workers: int) -> None:
    here = usable_cpus()
    if num_workers > here and not runs_in_cluster():
        raise ConfigError(
            f"{_SETTING} = {num_workers} asks for {num_workers} CPUs, {here} are here",
            remedy=f"--set {_SETTING}={here}",
        )


def _run_on_ray(
    task: Callable[[Item], Result], items: Sequence[Item], num_workers: int
) -> Iterator[Result]:
    import ray

    remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_told)
    shared = ray.put(task)  # once, however many items there are
    waiting, asked = iter(items), deque[Any]()
    try:
        asked.extend(remote.remote(shared, item) for item in islice(waiting, _AHEAD * num_workers))
        while asked:
            outcome: Any = ray.get(asked.popleft())
            asked.extend(remote.remote(shared, item) for item in islice(waiting, 1))
            if isinstance(outcome, _Failure):
                raise outcome.error()
            yield outcome
    finally:
        for reference in asked:
            ray.cancel(reference, force=True)


class _Failure:
    """An error of ours on its way from a worker: Ray would lose its exit code."""

    def __init__(self, error: SpanbertError) -> None:
        self._type, self._words = type(error), (error.cause, error.place, error.remedy)

    def error(self) -> SpanbertError:
        cause, place, remedy = self._words
        return self._type(cause, place=place, remedy=remedy)


def _told(task: Callable[[Any], Any], item: Any) -> Any:
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # one processor a worker; read at first use
    try:
        return task(item)
    except SpanbertError as error:
        return _Failure(error)
