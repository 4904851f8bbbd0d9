"""A file of questions -> its layout, told by what is in it, and its records.

Files of lines are read as they are asked for, so that one line is held at a time.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from spanbert.errors import DataError
from spanbert.tasks.contents import load_json, parse_json, read_lines
from spanbert.tasks.qa.layouts.mrqa import mrqa_records
from spanbert.tasks.qa.layouts.plain_lines import plain_records
from spanbert.tasks.qa.layouts.record import Record
from spanbert.tasks.qa.layouts.squad import squad_records

Layout = Literal["squad", "mrqa", "jsonl"]

_LineRecords = Callable[[dict[str, Any], int], list[Record]]
# by fields of the first line, one of which is enough
_LINE_LAYOUTS: tuple[tuple[Layout, set[str], _LineRecords], ...] = (
    ("mrqa", {"header", "qas"}, mrqa_records),
    ("jsonl", {"question", "context", "answers"}, plain_records),
)


def read_records(path: Path) -> tuple[Layout, Iterator[Record]]:
    """A file's layout, and its questions as they stand there, in order.

    Raises:
        DataError: the file cannot be read, is not JSON or in none of the layouts; of files of
            lines the rest may break off while the records are read.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    lines = read_lines(path)
    _, line = next(lines, (0, None))
    first = _value(line)
    for layout, names, records_of in _LINE_LAYOUTS:
        if isinstance(first, dict) and names & first.keys():
            return layout, _line_records(path, records_of)
    # a file in one line is parsed already
    is_whole = first is not None and next(lines, None) is None
    content = first if is_whole else load_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise DataError(
            'no list "data" as in SQuAD, no "qas" as in MRQA, and no "question" in its first line',
            place=str(path),
            remedy='pass SQuAD, MRQA, or lines of {"id", "question", "context", "answers"}',
        )
    return "squad", squad_records(content)


def _line_records(path: Path, records_of: _LineRecords) -> Iterator[Record]:
    """The records of each line; of one that is not an object, a record without fields."""
    for number, line in read_lines(path):
        fields = _value(line)
        if isinstance(fields, dict):
            yield from records_of(fields, number)
        else:
            yield Record(line=number)


def _value(line: bytes | None) -> Any:
    """What a line stands for; None where it is not JSON, or too long."""
    try:
        return None if line is None else parse_json(line)
    except ValueError:
        return None
