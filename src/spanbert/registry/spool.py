"""Records that wait for a server: lines on disk, only ever appended, and how far they were sent.

A kill at any moment leaves whole lines: a torn last one is not read, and cut off by the next
append. What was sent is noted after the server took it, so the same records may be sent twice but
none is left out; `server.py` sends them so that twice is the same as once.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spanbert.errors import DependencyError
from spanbert.lease import try_lock
from spanbert.lines import cut_torn_line, start_of_line
from spanbert.storage import write_text_atomic

PIPELINE = "pipeline"  # the step whose spool is of the whole run
_LONGEST_WAIT_S, _LOOK_AGAIN_S = 10.0, 0.05


@dataclass(frozen=True)
class Line:
    """One record, and where the next one begins."""

    record: dict[str, Any]
    end: int


@dataclass
class Sent:
    """How much of a spool a server has taken, and of the files that the spool follows."""

    server: str
    run: str = ""  # the server's name for what the records belong to
    offset: int = 0
    curves: dict[str, int] = field(default_factory=dict)  # offsets by path
    last_step: int = -1  # of all curves: none of its figures is sent under another time


def append(spool: Path, record: Mapping[str, Any]) -> None:
    """Add a record; on disk when this returns."""
    spool.parent.mkdir(parents=True, exist_ok=True)
    with spool.open("a+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        cut_torn_line(handle)
        handle.write(json.dumps(record).encode() + b"\n")
        handle.flush()
        os.fsync(handle.fileno())


def read_lines(path: Path, offset: int = 0) -> list[Line]:
    """The whole lines behind an offset; all of them where no line begins there (any more)."""
    if not path.exists():
        return []
    with path.open("rb") as handle:
        end = start_of_line(handle, offset)
        handle.seek(end)
        lines = []
        for text in handle:
            if text.endswith(b"\n"):
                end += len(text)
                lines.append(Line(json.loads(text), end))
    return lines


def begin_of(lines: list[Line]) -> dict[str, Any]:
    """What a spool's lines belong to: all of them to what was said last."""
    return [line.record for line in lines if line.record["kind"] == "begin"][-1]


def read_sent(spool: Path, server: str) -> Sent:
    """What this server has taken; nothing where that is not known."""
    try:
        sent = Sent(**json.loads(_cursor_of(spool).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return Sent(server)
    return sent if sent.server == server else Sent(server)


def write_sent(spool: Path, sent: Sent) -> None:
    """Note what the server has taken."""
    write_text_atomic(_cursor_of(spool), json.dumps(asdict(sent)))


def curves_of(sent: Sent, lines: list[Line]) -> dict[str, int]:
    """Offsets of the followed files: those that the server knows of, and those of new records."""
    new = {line.record["path"]: 0 for line in lines if line.record["kind"] == "follow"}
    return new | sent.curves


def count_waiting(spool: Path, server: str) -> int:
    """Lines that this server has not taken, of the spool and of the files it follows."""
    sent = read_sent(spool, server)
    lines = read_lines(spool, sent.offset)
    curves = curves_of(sent, lines).items()
    return len(lines) + sum(len(read_lines(Path(path), offset)) for path, offset in curves)


@contextlib.contextmanager
def sole_sender(folder: Path) -> Iterator[None]:
    """Send from a folder's spools alone: two at once would make a run twice.

    Raises:
        DependencyError: another process has been sending all the time.
    """
    give_up_s = time.monotonic() + _LONGEST_WAIT_S
    with (folder / "lock").open("a") as lock:
        while not try_lock(lock):
            if time.monotonic() > give_up_s:
                raise DependencyError("another process is sending these records", place=str(folder))
            time.sleep(_LOOK_AGAIN_S)
        yield


def _cursor_of(spool: Path) -> Path:
    return spool.with_suffix(".sent")
