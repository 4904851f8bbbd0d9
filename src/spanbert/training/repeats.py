"""An unforeseen error that comes twice at one step will come again: it is not worth a restart."""

import json
from pathlib import Path

from spanbert.errors import SpanbertError
from spanbert.storage import write_text_atomic
from spanbert.training.watchdog import beats_of

_LONGEST_CAUSE = 300  # characters
_FOLLOWS_ANOTHER = ("gloo", "nccl", "connection")  # words in what a worker says when others died


def came_twice(work_folder: Path, rank: int, error: Exception) -> bool:
    """Whether this worker ended with the same error after the same step before; takes note of it.

    Errors that only follow from the end of another worker do not count.
    """
    told = str(error).lower()
    if any(word in told for word in _FOLLOWS_ANOTHER):
        return False
    steps = {beat["rank"]: beat["step"] for beat in beats_of(work_folder / "workers")}
    now = {"step": steps.get(rank), "error": f"{type(error).__name__}: {error}"}
    path = work_folder / f"error-{rank}.json"
    before = json.loads(path.read_text()) if path.exists() else None
    write_text_atomic(path, json.dumps(now))
    return before == now


def repeated(error: Exception, work_folder: Path) -> SpanbertError:
    """What to tell of it."""
    last = (str(error).strip().splitlines() or [""])[-1][:_LONGEST_CAUSE]
    return SpanbertError(
        f"{type(error).__name__}: {last} (twice at the same step, so not tried again)",
        place=str(work_folder),
        remedy="see the log for its trace",
    )
