"""The figures of training on disk, one JSON object a line: exactly one line a logged step."""

import json
from pathlib import Path
from typing import Any

from spanbert.storage import write_text_atomic


class CurveFile:
    """Appends figures; a resumed run first drops what came after its checkpoint.

    Args:
        path: the file; made when the first figures come.
        first_step: finished steps of the checkpoint that training goes on from.
    """

    def __init__(self, path: Path, first_step: int) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [point for point in read_curve(path) if point["step"] <= first_step]
        write_text_atomic(path, "".join(json.dumps(point) + "\n" for point in kept))

    def __call__(self, step: int, metrics: dict[str, float]) -> None:
        """Append one step's figures."""
        with self._path.open("a") as handle:
            handle.write(json.dumps({"step": step, **metrics}) + "\n")


def read_curve(path: Path) -> list[dict[str, Any]]:
    """All points, oldest first; a line cut off by a kill is left out."""
    if not path.exists():
        return []
    lines = path.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]
