"""A file of documents -> its layout, told by its first line, and its records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from spanbert.errors import DataError
from spanbert.tasks.contents import every_line, read_lines
from spanbert.tasks.coref.layouts.conll import conll_records
from spanbert.tasks.coref.layouts.json_lines import json_records
from spanbert.tasks.coref.layouts.record import Record

Layout = Literal["conll", "jsonl"]


def read_records(path: Path) -> tuple[Layout, Iterator[Record]]:
    """A file's layout, and its documents, in order, one held at a time.

    Raises:
        DataError: the file cannot be read, or is in no known layout; the rest may break off while
            the records are read.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    _, first = next(read_lines(path), (0, None))
    if first is not None and first.lstrip().startswith(b"{"):
        return "jsonl", json_records(read_lines(path))
    if first is not None and first.startswith(b"#"):
        return "conll", conll_records(every_line(path))
    cause = "neither # as in CoNLL-2012 nor an object of JSON in its first line"
    raise DataError(
        cause if first is not None else "no line with anything in it",
        place=str(path),
        remedy='pass CoNLL-2012 columns, or lines of {"doc_key", "sentences", "clusters"};'
        " to predict, GAP's table with its header will do as well",
    )
