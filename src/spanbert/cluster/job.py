"""What runs as a Ray job: the request of a mailbox -> its work done, and the answer.

Usage: python -m spanbert.cluster.job MAILBOX
"""

import contextlib
import io
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from spanbert.cluster.mailbox import Mailbox
from spanbert.cluster.works import WORKS, Follow
from spanbert.config import parse_config
from spanbert.errors import SpanbertError, storage_error
from spanbert.progress import MARK, announce


def main(folder: Path) -> int:
    """Do what the mailbox in `folder` asks for; returns the exit code."""
    box = Mailbox(folder)
    try:
        with contextlib.redirect_stdout(_Tee(sys.stdout, box)):
            _work(box)
    except Exception as error:
        traceback.print_exc()  # Ray's log has all of it
        told = _told(error)
        box.fail(told)
        return told.exit_code
    return 0


def _work(box: Mailbox) -> None:
    request = box.request()
    counts = WORKS[request.kind].do(
        parse_config(request.config_toml),
        {role: Path(folder) for role, folder in request.folders.items()},
        Path(request.work_root),
        announce,
        _telling(box),
    )
    box.finish(counts)


class _Tee(io.TextIOBase):
    """Standard output, whose marked lines go to the mailbox too: Ray prints its workers' there."""

    def __init__(self, stdout: TextIO, box: Mailbox) -> None:
        self._stdout, self._box, self._begun = stdout, box, ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            _, mark, told = line.partition(MARK)
            if mark:
                self._box.say(told)
        return self._stdout.write(text)

    def flush(self) -> None:
        self._stdout.flush()


def _telling(box: Mailbox) -> Follow:
    """The step follows the figures, which needs no way from here to the tracking server."""

    @contextlib.contextmanager
    def follow(curve: Path) -> Iterator[None]:
        box.tell_curve(curve)
        yield

    return follow


def _told(error: Exception) -> SpanbertError:
    if isinstance(error, SpanbertError):
        return error
    if isinstance(error, OSError):
        return storage_error(error)
    last = (str(error).strip().splitlines() or [""])[-1]
    return SpanbertError(f"{type(error).__name__}: {last}", remedy="see the log of the Ray job")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
