"""The same function over many items, here or as tasks of Ray; results come in the items' order."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from spanbert.errors import ConfigError, SpanbertError
from spanbert.machine import usable_cpus
from spanbert.progress import Say
from spanbert.ray_cluster import Workers, ray_cluster, runs_in_cluster

Item = TypeVar("Item")
Result = TypeVar("Result")

_SETTING = "corpus.num_workers"
_RETRIES = 3  # of a task whose worker was lost


def run_tasks(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    num_workers: int,
    work_folder: Path,
    say: Say,
    sizes: Sequence[int] = (),
) -> Iterator[Result]:
    """What `task` returns for each item; what it leaves besides must lie in files.

    Args:
        task: a function of a module with some arguments given (`functools.partial`), for it is sent
            to other processes.
        num_workers: 1 for this process alone.
        work_folder: exists; for Ray's own files.
        sizes: how much work each item is; the largest begin first, so that all end together.

    Raises:
        As `task_workers`.
        Whatever `task` raises, for the first item that fails.
    """
    if num_workers == 1 or len(items) < 2:
        yield from map(task, items)
        return
    with task_workers(num_workers, work_folder, say):
        yield from _run_on_ray(task, items, sizes or [1] * len(items))


@contextmanager
def task_workers(num_workers: int, work_folder: Path, say: Say) -> Iterator[None]:
    """Have workers for several calls of `run_tasks`; nothing for one, or where there are some.

    Raises:
        ConfigError: there are more workers than processors, and Ray is not a cluster's.
        DependencyError: Ray is not installed, or the cluster lacks what the workers ask for.
    """
    if num_workers == 1 or _has_ray():
        yield
        return
    _require_cpus(num_workers)
    with ray_cluster(Workers(num_workers, setting=_SETTING), work_folder, say):
        yield


def _has_ray() -> bool:
    """Whether this process is connected to a Ray."""
    ray = sys.modules.get("ray")
    return ray is not None and ray.is_initialized()


def _require_cpus(num_workers: int) -> None:
    here = usable_cpus()
    if num_workers > here and not runs_in_cluster():
        raise ConfigError(
            f"{_SETTING} = {num_workers} asks for {num_workers} CPUs, {here} are here",
            remedy=f"--set {_SETTING}={here}",
        )


def _run_on_ray(
    task: Callable[[Item], Result], items: Sequence[Item], sizes: Sequence[int]
) -> Iterator[Result]:
    import ray

    remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_told)
    shared = ray.put(task)  # once, however many items there are
    order = sorted(range(len(items)), key=lambda index: -sizes[index])
    asked = {index: remote.remote(shared, items[index]) for index in order}
    try:
        for index in range(len(items)):
            outcome: Any = ray.get(asked[index])
            if isinstance(outcome, _Failure):
                raise outcome.error()
            del asked[index]
            yield outcome
    finally:
        for reference in asked.values():
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
