"""What a person needs to find out why training diverged, written down."""

import json
from pathlib import Path

from spanbert.storage import write_text_atomic
from spanbert.training.data import TrainingData
from spanbert.training.step import NonFiniteError

_FILE = "diverged.json"


def write_diverged(work_folder: Path, data: TrainingData, error: NonFiniteError) -> None:
    """Write the figures of the step and the segments of its batch; the error then names the file.

    `segments` are numbers by part and micro-batch; `parts_not_finite` says where to look first.
    """
    path = work_folder / _FILE
    content = {
        "step": error.step,
        "figures": {name: str(value) for name, value in error.figures.items()},  # JSON has no NaN
        "parts_not_finite": error.parts,
        "segments": data.segments_of(error.step),
    }
    write_text_atomic(path, json.dumps(content))
    error.place = str(path)
