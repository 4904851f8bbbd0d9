"""The same function over many items, here or as tasks of Ray; results come in the items' order."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from spanbert.progress import Say

Item = TypeVar("Item")
Result = TypeVar("Result")


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
        DependencyError: Ray is not installed, or the cluster lacks what the workers ask for.
        Whatever `task` raises, for the first item that fails.
    """
    yield from map(task, items)
