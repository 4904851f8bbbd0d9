"""The processes of a local run: found by a mark in their environment, and ended.

Steps start processes that start others (kfp a shell, a step Ray's daemons, Ray its workers), some
in sessions of their own. All inherit the mark, so none is missed, whoever its parent is by now.
"""

import contextlib
import os
from pathlib import Path

import psutil

MARK = "SPANBERT_RUN_FOLDER"
_GRACE_S = 3.0


def marked_environment(run_folder: Path) -> dict[str, str]:
    """This process's environment with the mark of a run."""
    return {**os.environ, MARK: str(run_folder)}


def processes_of(run_folder: Path) -> list[psutil.Process]:
    """Living processes that carry the mark, without this one."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            is_marked = process.environ().get(MARK) == str(run_folder)
            if is_marked and process.pid != os.getpid():
                found.append(process)
    return found


def end_processes(run_folder: Path) -> int:
    """Terminate the run's processes, and kill what is still there after a grace; returns how many.

    Repeats until none is left: a process may be born while the others are being ended.
    """
    ended = 0
    while living := processes_of(run_folder):
        for process in living:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, stubborn = psutil.wait_procs(living, timeout=_GRACE_S)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=_GRACE_S)
        ended += len(living)
    return ended
