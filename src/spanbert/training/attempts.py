"""Starts that crashed without a newer checkpoint are counted, so that nothing retries for ever."""

import json
from pathlib import Path

from spanbert.errors import NoProgressError
from spanbert.storage import write_text_atomic

MOST = 3  # starts from one step that may crash
_FILE = "attempts.json"


def begin_attempt(work_folder: Path, step: int) -> None:
    """Note down that workers start from a step; `end_attempt` takes it back.

    Raises:
        NoProgressError: `MOST` starts from this step have crashed.
    """
    path = work_folder / _FILE
    crashed = _crashed(path, step)
    if crashed >= MOST:
        raise NoProgressError(
            f"{crashed} starts from step {step} ended without a newer checkpoint",
            place=str(work_folder),
            remedy=f"find the cause in the log, then remove {path} and run again",
        )
    write_text_atomic(path, json.dumps({"step": step, "starts": crashed + 1}))


def end_attempt(work_folder: Path) -> None:
    """The start ended as it should: finished, asked to stop, or with an error that was told."""
    (work_folder / _FILE).unlink(missing_ok=True)


def _crashed(path: Path, step: int) -> int:
    try:
        last = json.loads(path.read_text())
        return int(last["starts"]) if last["step"] == step else 0
    except (OSError, ValueError, KeyError):
        return 0
