"""A step that takes far too long: the stacks of this worker are written down, and it ends itself.

A worker that hangs in a sum waits for the others for half an hour. Ray starts the group again when
one of its workers has ended. A worker that cannot even run this thread (stopped, or swapped out) is
killed by its neighbours on the same machine.
"""

import contextlib
import faulthandler
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

from spanbert.storage import write_text_atomic

_FIRST_STEP = 10  # times the limit: it may compile
_BEATS = 10  # in the time of the limit, at least
_BEAT_S = 5.0  # at most
HUNG = 70  # exit code of a worker that ended itself


class Watchdog:
    """Watches one worker; to be used in a `with`, and called after each step.

    Args:
        folder: the group's; gets `rank-N.json` (who this worker is, its last step and largest
            memory) and, where it hangs, `stacks-N.txt`.
        limit_s: of one step.
    """

    def __init__(self, folder: Path, rank: int, limit_s: float) -> None:
        self._folder, self._rank, self._limit_s = folder, rank, limit_s
        self._pause_s = min(_BEAT_S, limit_s / _BEATS)
        self._done: int | None = None
        self._moved_s = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> "Watchdog":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        self._thread.join()
        self._beat()

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """A step has ended."""
        self._done, self._moved_s = done, time.monotonic()

    def _watch(self) -> None:
        while not self._ended.wait(self._pause_s):
            self._beat()
            limit_s = self._limit_s * (_FIRST_STEP if self._done is None else 1)
            if time.monotonic() - self._moved_s > limit_s:
                self._end()

    def _beat(self) -> None:
        values = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "step": self._done,
            "peak_bytes": peak_bytes(),
        }
        with contextlib.suppress(Exception):  # a full disk must not end a worker
            write_text_atomic(self._folder / f"rank-{self._rank}.json", json.dumps(values))

    def _end(self) -> None:
        with (self._folder / f"stacks-{self._rank}.txt").open("w") as file:
            print(f"no step for {self._limit_s:g} s after step {self._done}", file=file)
            for rank, told in _neighbours(self._folder):
                print(
                    f"rank {rank}: {told} State: {_status(told['pid'], 'State') or 'gone'}",
                    file=file,
                )
            print(f"\nstacks of rank {self._rank}:", file=file, flush=True)
            faulthandler.dump_traceback(file, all_threads=True)
        time.sleep(2 * self._pause_s)  # others that hang alike write theirs as well
        for rank, told in _neighbours(self._folder):
            if rank != self._rank and _is_silent(self._folder, rank, 3 * self._pause_s):
                with contextlib.suppress(OSError):
                    os.kill(told["pid"], signal.SIGKILL)
        os._exit(HUNG)


def peak_bytes() -> int:
    """The most memory that this process has had, in bytes."""
    told = _status(os.getpid(), "VmHWM")
    return int(told.split()[0]) << 10 if told else 0


def beats_of(folder: Path) -> list[dict]:
    """What the workers of a group last told of themselves, by rank."""
    return [told | {"rank": rank} for rank, told in _told(folder)]


def hung_ranks(folder: Path) -> list[int]:
    """Ranks that have written their stacks."""
    return sorted(int(path.stem.split("-")[1]) for path in folder.glob("stacks-*.txt"))


def _told(folder: Path) -> list[tuple[int, dict]]:
    found = []
    for path in sorted(folder.glob("rank-*.json")):
        with contextlib.suppress(OSError, ValueError):
            found.append((int(path.stem.split("-")[1]), json.loads(path.read_text())))
    return found


def _neighbours(folder: Path) -> list[tuple[int, dict]]:
    """Workers of the group on this machine."""
    here = socket.gethostname()
    return [(rank, told) for rank, told in _told(folder) if told["host"] == here]


def _is_silent(folder: Path, rank: int, limit_s: float) -> bool:
    age_s = time.time() - (folder / f"rank-{rank}.json").stat().st_mtime
    return age_s > limit_s


def _status(pid: int, name: str) -> str:
    """What the system says of a process, for example "T (stopped)" of its State; or nothing."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return line.partition(":")[2].strip()
    return ""
