"""A failure written down, so that the process that started a step can tell it.

Neither kfp's local runner nor Ray passes on an exit code; a small JSON file does.
"""

import json
from pathlib import Path

from spanbert.errors import SpanbertError
from spanbert.storage import write_text_atomic

RETRY_HELPS = frozenset({69, 74})  # exit codes of failures that may pass
_FILE = "failure.json"


def write_failure(folder: Path, error: SpanbertError) -> None:
    """Record an error in a folder, in place of an earlier one."""
    content = {"exit_code": error.exit_code, "message": str(error)}
    write_text_atomic(folder / _FILE, json.dumps(content))


def take_failure(folder: Path) -> SpanbertError | None:
    """The recorded error with its exit code, or None; the record is removed."""
    error = read_failure(folder)
    (folder / _FILE).unlink(missing_ok=True)
    return error


def read_failure(folder: Path) -> SpanbertError | None:
    """The recorded error with its exit code, or None."""
    path = folder / _FILE
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    error = SpanbertError(content["message"])
    error.exit_code = content["exit_code"]
    return error
