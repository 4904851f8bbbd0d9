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


_SAME_SETTINGS = "is running these settings"
_OTHER_SETTINGS = "wait for it, or change a setting, for example --set run.seed=2"


@contextlib.contextmanager
def sole_owner(
    folder: Path,
    patience_s: float = 0.0,
    *,
    doing: str = _SAME_SETTINGS,
    remedy: str = _OTHER_SETTINGS,
) -> Iterator[None]:
    """Hold a folder's lease; its owner alone may remove the folder, lease and all.

    Args:
        patience_s: a network disk may notice some minutes later that an owner's machine is gone.
        doing: what another owner does, and
        remedy: what helps against it, for the message.

    Raises:
        ConfigError: another process holds it; says which, on which machine, and since when.
    """
    given_up_s = time.monotonic() + patience_s
    while (lock := _locked(folder)) is None:
        if time.monotonic() >= given_up_s:
            raise ConfigError(f"{_owner(folder)} {doing}", place=str(folder), remedy=remedy)
        time.sleep(_LOOK_S)
    with lock:
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


def _locked(folder: Path) -> TextIO | None:
    """The lease's file, locked; None while somebody else has it."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _FILE).open("a+")
        if not try_lock(lock):
            lock.close()
            return None
        if _is_file(folder / _FILE, lock):
            return lock
        lock.close()  # its owner has just removed the folder: this lease is nobody's


def _is_file(path: Path, lock: TextIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(lock.fileno()))
    except FileNotFoundError:
        return False


def _owner(folder: Path) -> str:
    try:
        told = json.loads((folder / _FILE).read_text())
        age_s = time.time() - told["since_s"]
        return f"process {told['pid']} on {told['host']}, for {age_s:.0f} s,"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"  # it is just writing who it is
