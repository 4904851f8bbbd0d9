"""Predictions <-> files as GLUE takes them: `index` and `prediction`, parted by a tab.

A label is written as the task's files have it, a number of STS-B within its scale.
"""

from collections.abc import Sequence
from pathlib import Path

from spanbert.errors import DataError
from spanbert.storage import write_text_atomic
from spanbert.tasks.classification.classifier import Prediction
from spanbert.tasks.classification.features import Label
from spanbert.tasks.contents import cells_of, read_lines
from spanbert.tasks.glue.table import TASKS, GlueTask

_HEADER = ("index", "prediction")


def write_submission(predictions: Sequence[Prediction], path: Path) -> None:
    """Write a file to be submitted.

    Raises:
        StorageError: the disk refused.
    """
    rows = [_HEADER, *((one.id, _shown(one.label)) for one in predictions)]
    write_text_atomic(path, "".join("\t".join(row) + "\n" for row in rows))


def read_submission(path: Path, task: GlueTask) -> dict[str, Label]:
    """What is predicted of each example, by its id.

    Raises:
        DataError: the file cannot be read, has another header, or a line is no id with a
            prediction of this task, or has an id that was there before.
    """
    lines = read_lines(path)
    if cells_of(next(lines, (0, None))[1]) != list(_HEADER):
        remedy = "make it with `spanbert predict glue`"
        raise DataError("its header is not index, prediction", place=str(path), remedy=remedy)
    predicted: dict[str, Label] = {}
    for number, line in lines:
        try:
            name, cell = cells_of(line)
            label = cell if task.labels else float(cell)
        except ValueError as error:
            cause, remedy = "not an index and a prediction", "write two columns parted by a tab"
            raise DataError(cause, place=f"{path}:{number}", remedy=remedy) from error
        if name in predicted:
            cause, remedy = f"index {name} was there before", "write one line for each example"
            raise DataError(cause, place=f"{path}:{number}", remedy=remedy)
        if task.labels and label not in task.labels:
            cause, remedy = f"{label!r} is no label of {task.folder}", ", ".join(task.labels)
            raise DataError(cause, place=f"{path}:{number}", remedy=f"one of {remedy}")
        predicted[name] = label
    return predicted


def _shown(label: Label) -> str:
    if isinstance(label, str):
        return label
    low, high = TASKS["stsb"].scale
    return f"{min(max(label, low), high):.3f}"
