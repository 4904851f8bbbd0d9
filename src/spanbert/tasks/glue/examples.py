"""Files of GLUE -> sentences or pairs of them with their labels.

Columns parted by tabs under a header, nothing quoted. `table.py` says which column is what.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.classification.features import Label
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.contents import cells_of, read_lines
from spanbert.tasks.glue.table import GlueTask
from spanbert.tasks.ledger import Ledger

_OTHER_FILE = "pass a file of this task"


@dataclass(frozen=True, slots=True)
class GlueExample:
    """A sentence or a pair."""

    id: str  # as the file numbers it, else its place there, from 0
    texts: tuple[str, ...]  # one or two
    label: Label | None = None


def read_glue(path: Path, task: GlueTask) -> ExampleFile[GlueExample]:
    """The examples of a file with labels.

    Raises:
        DataError: the file cannot be read, lacks a column, holds no example, or more than 1 % of
            them are broken.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    examples: list[GlueExample] = []
    seen = Ledger("example", "line")
    for number, row in _rows(path, task, (*task.texts, task.label)):
        place, seen.num_seen = str(seen.num_seen), seen.num_seen + 1
        try:
            examples.append(_example(place, row, task, _label_of(row, task)))
        except ValueError as error:
            seen.leave_out(str(error), number, number)
    seen.require_few(path)
    _require_some(examples, path)
    return ExampleFile(examples, dict(seen.reasons))


def read_unlabelled(path: Path, task: GlueTask) -> list[GlueExample]:
    """The examples of a file whose labels are not looked at; all of them, for a prediction of each.

    Raises:
        DataError: as `read_glue`, or a row is broken; it names the first.
        IntegrityError, DependencyError: as `read_glue`.
    """
    examples: dict[str, GlueExample] = {}
    for place, (number, row) in enumerate(_rows(path, task, task.texts)):
        try:
            example = _example(str(place), row, task, None)
            if example.id in examples:
                raise ValueError(f"its {task.index} {example.id!r} was there before")
        except ValueError as error:
            where, remedy = f"{path}:{number}", "correct it: each row needs a prediction"
            raise DataError(str(error), place=where, remedy=remedy) from error
        examples[example.id] = example
    _require_some(examples.values(), path)
    return list(examples.values())


_Row = dict[str, str] | None  # cells by column; None where there are more or fewer of them


def _rows(path: Path, task: GlueTask, needed: tuple[str, ...]) -> Iterator[tuple[int, _Row]]:
    """Number and cells of each line below the header."""
    lines = read_lines(path)
    first = next(lines, None)
    header = cells_of(first[1]) if first else [""]
    header[0] = header[0].removeprefix("\ufeff")
    if first and task.headless and not set(task.texts) & set(header):
        header, lines = list(task.headless), chain([first], lines)
    if first is None:
        raise DataError("no line with anything in it", place=str(path), remedy=_OTHER_FILE)
    for column in (column for column in needed if header.count(column) > 1):
        cause, remedy = f"more than one column {column!r}", "leave all but one out"
        raise DataError(cause, place=str(path), remedy=remedy)
    missing = [column for column in needed if column not in header]
    if missing:
        cause = f"no column {missing[0]!r}, which {task.folder} has"
        raise DataError(cause, place=str(path), remedy=_OTHER_FILE)
    for number, line in lines:
        cells = cells_of(line)
        is_whole = len(cells) == len(header)
        yield number, dict(zip(header, cells, strict=True)) if is_whole else None


def _example(place: str, row: _Row, task: GlueTask, label: Label | None) -> GlueExample:
    """The example in a row.

    Raises:
        ValueError: it is broken.
    """
    cells = _whole(row)
    texts = tuple(cells[column] for column in task.texts)
    return GlueExample(cells.get(task.index) or place, texts, label)


def _whole(row: _Row) -> dict[str, str]:
    if row is None:
        raise ValueError("a row has not the header's columns, or is not UTF-8")
    return row


def _label_of(row: _Row, task: GlueTask) -> Label:
    """The label in a row.

    Raises:
        ValueError: it is broken.
    """
    cell = _whole(row)[task.label]
    if task.labels:
        if cell not in task.labels:
            raise ValueError("a label is none of the task's")
        return cell
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    low, high = task.scale
    if not low <= number <= high:  # nor is NaN
        raise ValueError(f"a label is no number from {low:g} to {high:g}")
    return number


def _require_some(examples: Collection[GlueExample], path: Path) -> None:
    if not examples:
        raise DataError("no example", place=str(path), remedy="pass a file with examples")
