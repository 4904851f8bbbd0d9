"""Files of GLUE -> sentences or pairs of them with their labels.

Columns parted by tabs under a header, nothing quoted. `table.py` says which column is what.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.classification.features import Label
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.contents import cells_of, read_lines
from spanbert.tasks.glue.table import GlueTask
from spanbert.tasks.ledger import Ledger


@dataclass(frozen=True, slots=True)
class GlueExample:
    """A sentence or a pair; its id is its place in the file, from 0, as in submissions."""

    id: str
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
            examples.append(_example(place, row, task))
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
    examples: list[GlueExample] = []
    for number, row in _rows(path, task, task.texts):
        try:
            examples.append(GlueExample(str(len(examples)), _texts(row, task)))
        except ValueError as error:
            place, remedy = f"{path}:{number}", "correct it: each row needs a prediction"
            raise DataError(str(error), place=place, remedy=remedy) from error
    _require_some(examples, path)
    return examples


_Row = dict[str, str] | None  # cells by column; None where there are more or fewer of them


def _rows(path: Path, task: GlueTask, needed: tuple[str, ...]) -> Iterator[tuple[int, _Row]]:
    """Number and cells of each line below the header."""
    lines = read_lines(path)
    first = next(lines, None)
    header = cells_of(first[1]) if first else [""]
    header[0] = header[0].removeprefix("\ufeff")
    if first and task.headless and not set(task.texts) & set(header):
        header, lines = list(task.headless), chain([first], lines)
    missing = [column for column in needed if column not in header]
    if missing:
        cause = f"no column {missing[0]!r}, which {task.folder} has"
        raise DataError(cause, place=str(path), remedy="pass a file of this task")
    for number, line in lines:
        cells = cells_of(line)
        is_whole = len(cells) == len(header)
        yield number, dict(zip(header, cells, strict=True)) if is_whole else None


def _texts(row: _Row, task: GlueTask) -> tuple[str, ...]:
    """The texts of a row.

    Raises:
        ValueError: it is broken.
    """
    if row is None:
        raise ValueError("a row has not the header's columns")
    return tuple(row[column] for column in task.texts)


def _example(place: str, row: _Row, task: GlueTask) -> GlueExample:
    """The example in a row.

    Raises:
        ValueError: it is broken.
    """
    texts = _texts(row, task)
    assert row is not None
    return GlueExample(place, texts, _label(row[task.label], task))


def _label(cell: str, task: GlueTask) -> Label:
    if task.labels:
        if cell not in task.labels:
            raise ValueError("a label is none of the task's")
        return cell
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("a label is no number")
    return number


def _require_some(examples: list[GlueExample], path: Path) -> None:
    if not examples:
        raise DataError("no example", place=str(path), remedy="pass a file with examples")
