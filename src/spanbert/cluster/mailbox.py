"""What a step and its Ray job tell each other: files in one folder of the volume both mount.

The step writes the request; the job writes lines for people, where its figures are, and at the end
what came out or why nothing did. The folder outlives both, so that either may be started again.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spanbert.errors import SpanbertError
from spanbert.failures import read_failure, take_failure, write_failure
from spanbert.storage import write_text_atomic

_REQUEST, _JOB, _LINES, _CURVE = "request.json", "job.json", "lines.txt", "curve.json"
_COUNTS = "counts.json"


@dataclass(frozen=True)
class Request:
    """What a job is to do.

    Args:
        kind: of work, see `works.py`.
        config_toml: settings.
        folders: of inputs and outputs on the volume, by role.
        work_root: on the volume too.
    """

    kind: str
    config_toml: str
    folders: dict[str, str]
    work_root: str


class Mailbox:
    """One job's folder.

    Args:
        folder: on the volume, under the same path for the step and for all nodes of Ray.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read_bytes = 0

    def ask(self, request: Request) -> None:
        """Leave a request, and remove what an earlier attempt answered."""
        self.folder.mkdir(parents=True, exist_ok=True)
        take_failure(self.folder)
        for name in (_COUNTS, _CURVE):
            (self.folder / name).unlink(missing_ok=True)
        self._write(_REQUEST, asdict(request))

    def request(self) -> Request:
        """What is asked for."""
        return Request(**json.loads((self.folder / _REQUEST).read_text()))

    def say(self, line: str) -> None:
        """Append a line for the person who watches the step."""
        with (self.folder / _LINES).open("a", encoding="utf-8", errors="replace") as handle:
            handle.write(" ".join(line.split()) + "\n")

    def name_job(self, base: str) -> str:
        """Name the next job: the base and its number."""
        job = {"name": f"{base}-{self._number() + 1}", "number": self._number() + 1}
        self._write(_JOB, job)
        return job["name"]

    def job(self) -> str:
        """The name of the newest job; empty before the first."""
        return self._job().get("name", "")

    def forget_lines(self) -> None:
        """Take what has been said so far as read."""
        path = self.folder / _LINES
        self._read_bytes = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        """Whole lines that were said since the last call."""
        path = self.folder / _LINES
        if not path.exists():
            return []
        with path.open("rb") as handle:
            handle.seek(self._read_bytes)
            whole, end, _ = handle.read().rpartition(b"\n")
        self._read_bytes += len(whole) + len(end)
        return whole.decode("utf-8", "replace").split("\n") if end else []

    def tell_curve(self, curve: Path) -> None:
        """Say which file the figures of training are appended to."""
        self._write(_CURVE, str(curve))

    def curve(self) -> Path | None:
        """That file, once it is known."""
        path = self.folder / _CURVE
        return Path(json.loads(path.read_text())) if path.exists() else None

    def finish(self, counts: dict[str, Any]) -> None:
        """Say that the work is done, and what it counted."""
        self._write(_COUNTS, counts)

    def forget_counts(self) -> None:
        """Take the work as not done."""
        (self.folder / _COUNTS).unlink(missing_ok=True)

    def fail(self, error: SpanbertError) -> None:
        """Say why the work is not done."""
        write_failure(self.folder, error)

    def counts(self) -> dict[str, Any] | None:
        """What the finished work counted; None where it is not finished."""
        path = self.folder / _COUNTS
        return json.loads(path.read_text()) if path.exists() else None

    def failure(self) -> SpanbertError | None:
        """Why the work stopped, with its exit code, where the job could still say it."""
        return read_failure(self.folder)

    def _number(self) -> int:
        return self._job().get("number", 0)

    def _job(self) -> dict[str, Any]:
        path = self.folder / _JOB
        return json.loads(path.read_text()) if path.exists() else {}

    def _write(self, name: str, content: Any) -> None:
        write_text_atomic(self.folder / name, json.dumps(content))
