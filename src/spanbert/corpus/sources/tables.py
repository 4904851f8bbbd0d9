"""Lines of comma- or tab-separated values under a header -> records."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.lines import MAX_RECORD_BYTES, LinePiece, whole_lines
from spanbert.corpus.sources.rows import LABELS, Origin, Row, no_column, row_records
from spanbert.corpus.sources.unreadable import Unreadable

# The reader takes no bytes. Latin-1 maps each to the character of its number, so they come back as
# they were, each record is checked by itself, and no character takes four bytes.
_BYTES = "latin-1"


def table_records(
    pieces: Iterable[LinePiece], origin: Origin, delimiter: str
) -> Iterator[Record | Rejected]:
    """One record a row; fields in quotes may hold delimiters, line feeds and doubled quotes.

    Raises:
        DataError: the header has no column for the text.
        Unreadable: the header cannot be read.
    """
    csv.field_size_limit(2 * MAX_RECORD_BYTES)  # `_Lines` limits whole rows, and sooner
    lines = _Lines(whole_lines(pieces))
    rows = _rows(csv.reader(lines, delimiter=delimiter, strict=True))
    header = _next_row(rows, lines)
    if header is None:
        return
    if isinstance(header, Unreadable):
        raise header
    columns = _columns(header, origin)
    number = 0
    while (values := _next_row(rows, lines)) is not None:
        number += 1
        if isinstance(values, list) and len(values) != len(header):
            values = Unreadable("not_csv")
        if isinstance(values, Unreadable):
            offset = values.byte_offset if lines.row_offset is None else lines.row_offset
            yield Rejected(origin.place, offset, values.reason, number, ends_file=lines.are_over)
            continue
        fields = {name: values[place].encode(_BYTES) for name, place in columns.items()}
        values.clear()  # a long text is not held twice
        yield from row_records(Row(fields, number, lines.row_offset), origin)


class _Lines:
    """Lines as the reader takes them.

    A row that takes too many bytes ends the table: what follows may lie inside its quotes.
    """

    def __init__(self, lines: Iterator[tuple[int, list[bytes]]]) -> None:
        self._lines = lines
        self._row_bytes = 0
        self.row_offset: int | None = None
        self.are_over = False  # all were taken, or no more are given

    def begin_row(self) -> None:
        """The next line begins a row."""
        self._row_bytes, self.row_offset = 0, None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.are_over = True  # unless there is one more
        offset, line = next(self._lines)
        if self.row_offset is None:
            self.row_offset = offset
        self._row_bytes += sum(map(len, line))
        if not line or self._row_bytes > MAX_RECORD_BYTES:
            self._lines = iter(())
            raise Unreadable("too_long", self.row_offset)
        self.are_over = False
        content = b"".join([*line, b"\n"])
        line.clear()
        return content.decode(_BYTES)


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | Unreadable]:
    """What the reader finds in each row, or why it finds nothing."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Unreadable("not_csv")
        except Unreadable as error:
            yield error


def _next_row(
    rows: Iterator[list[str] | Unreadable], lines: _Lines
) -> list[str] | Unreadable | None:
    """The next row that is not a blank line; none at the end."""
    while True:
        lines.begin_row()
        values = next(rows, None)
        if values != []:
            return values


def _columns(header: Sequence[str], origin: Origin) -> dict[str, int]:
    """Where the columns are that are read, by name."""
    names = [name.encode(_BYTES).decode(errors="replace") for name in header]
    if origin.text_key not in names:
        raise no_column(origin, names)
    columns = {name: names.index(name) for name in names if name in (origin.text_key, *LABELS)}
    if sum(name in columns for name in names) > len(columns):
        raise Unreadable("duplicate_key")
    return columns
