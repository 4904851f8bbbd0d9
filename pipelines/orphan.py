"""A pipeline whose command is gone: all its processes end, and no further step begins.

A command that is killed with SIGKILL can do nothing about it, so the process that it has started
looks whether it is there. The others are then ended by one more process: a step that is ended has
failed, and as long as the pipeline is driven another might follow.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from pipelines.containers import end_containers
from pipelines.processes import end_processes

_LOOK_S = 1.0
_CONTAINERS = "containers"


def end_with_parent(parent: int, run_folder: Path, *, has_containers: bool) -> None:
    """End this process and all others of the run soon after the one that has started it is gone.

    Args:
        parent: its id, as itself has told it: it may be gone already.
    """
    words = [str(run_folder), _CONTAINERS] if has_containers else [str(run_folder)]
    threading.Thread(target=_watch, args=(parent, words), daemon=True).start()


def _watch(parent: int, words: list[str]) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "pipelines.orphan", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _main() -> None:
    _, run_folder, *more = sys.argv
    end_processes(Path(run_folder))
    if _CONTAINERS in more:
        end_containers(Path(run_folder))


if __name__ == "__main__":
    _main()
