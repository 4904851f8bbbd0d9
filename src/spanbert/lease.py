"""One owner of a folder at a time; the system lets go when the owner dies, however it dies."""

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from spanbert.errors import ConfigError

_FILE = "lock"
_LOOK_S = 1.0


@contextlib.contextmanager
def sole_owner(folder: Path, patience_s: float = 0.0) -> Iterator[None]:
    """Hold a folder's lease.

    Args:
        patience_s: a network disk may notice some minutes later that an owner's machine is gone.

    Raises:
        ConfigError: another process holds it; says which, on which machine, and since when.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _FILE).open("a+") as lock:
        given_up_s = time.monotonic() + patience_s
        while not try_lock(lock):
            if time.monotonic() < given_up_s:
                time.sleep(_LOOK_S)
                continue
            raise ConfigError(
                f"{_owner(lock)} is running these settings",
                place=str(folder),
                remedy="wait for it, or change a setting, for example --set run.seed=2",
            )
        lock.truncate(0)
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since_s": time.time()}
        lock.write(json.dumps(owner))
        lock.flush()
        yield


def is_owned(folder: Path) -> bool:
    """Whether a living process holds a folder's lease."""
    path = folder / _FILE
    if not path.is_file():
        return False
    with path.open() as lock:
        return not try_lock(lock, fcntl.LOCK_SH)


def try_lock(lock: TextIO, kind: int = fcntl.LOCK_EX) -> bool:
    """Lock an open file until it is closed, if nobody else has; never waits."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(lock: TextIO) -> str:
    lock.seek(0)
    try:
        told = json.loads(lock.read())
        age_s = time.time() - told["since_s"]
        return f"process {told['pid']} on {told['host']}, for {age_s:.0f} s,"
    except (ValueError, KeyError, TypeError):
        return "another process"  # it is just writing who it is
