"""A file of relations -> its layout, told by the first line that is in one, and its records.

Files of lines are read as they are asked for, so that one example is held at a time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.tasks.contents import every_line, load_json, parse_json, read_lines
from spanbert.tasks.relations.layouts.fewrel import fewrel_records
from spanbert.tasks.relations.layouts.record import Record
from spanbert.tasks.relations.layouts.semeval import is_sentence, semeval_records
from spanbert.tasks.relations.layouts.tacred import FIELDS, tacred_records

KNOWN_LAYOUTS = (
    "TACRED's JSON or its objects one a line, SemEval-2010 task 8's blocks, FewRel's JSON"
)


def read_records(path: Path) -> Iterator[Record]:
    """A file's examples, in order.

    Raises:
        DataError: the file cannot be read, or is in no known layout; the rest may break off while
            the records are read.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    number, first = next(read_lines(path), (0, None))
    sign = (first or b"").lstrip()[:1]
    if sign == b"[":
        return tacred_records((row, 0) for row in load_json(path))
    for _, line in read_lines(path):
        if is_sentence(line):
            return semeval_records(every_line(path))
        if _is_example(line):
            return tacred_records((_value(line), number) for number, line in read_lines(path))
    if sign == b"{":
        return fewrel_records(load_json(path))
    raise DataError(
        "in no known layout" if number else "no line with anything in it",
        place=str(path),
        remedy=f"pass {KNOWN_LAYOUTS}",
    )


def _is_example(line: bytes | None) -> bool:
    # most lines of an indented file are told by their first sign, which is quicker
    row = _value(line) if line and line.lstrip().startswith(b"{") else None
    return isinstance(row, dict) and not FIELDS.isdisjoint(row)


def _value(line: bytes | None) -> Any:
    """What a line stands for; None where it is not JSON, or too long."""
    try:
        return None if line is None else parse_json(line)
    except ValueError:
        return None
