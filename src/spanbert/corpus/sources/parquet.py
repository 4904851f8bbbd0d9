"""Row groups of a Parquet file -> records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.corpus.optional import optional_import
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.rows import LABELS, Origin, Row, no_column, row_records
from spanbert.corpus.sources.unreadable import Unreadable

BATCH_ROWS = 256
# Texts of a group that takes more could all be in one batch, so it is read row by row.
MAX_BATCH_BYTES = 32 * 2**20
_BUFFER_BYTES = 2**20


def parquet_records(
    path: Path, origin: Origin, start: int = 0, end: int | None = None
) -> Iterator[Record | Rejected]:
    """One record a row of the groups [start, end).

    What follows the first row of a group that cannot be read is rejected up to the group's end.

    Raises:
        DataError: there is no column for the text.
        DependencyError: pyarrow is not installed.
        OSError: the system refused to read the file.
    """
    try:
        file, columns = _open(path, origin)
    except (Unreadable, *_damage()) as error:
        yield Rejected(origin.place, None, _reason(error))
        return
    with file:
        rows = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        for group in range(len(rows))[start:end]:
            numbers = range(sum(rows[:group]) + 1, sum(rows[: group + 1]) + 1)
            yield from _group_records(file, group, numbers, columns, origin)


def _group_records(
    file: Any, group: int, numbers: range, columns: list[str], origin: Origin
) -> Iterator[Record | Rejected]:
    number = numbers.start
    try:
        for fields in _rows(file, group, columns, origin):
            yield from row_records(Row(fields, number, None), origin)
            number += 1
    except _damage() as error:
        lost_bytes = _sum_of_columns(file.metadata.row_group(group), "total_compressed_size")
        yield Rejected(
            origin.place,
            None,
            _reason(error),
            number,
            num_records=max(1, numbers.stop - number),
            unread_bytes=lost_bytes,
        )


def _damage() -> tuple[type[Exception], ...]:
    """What pyarrow raises on damage, and what the system does."""
    return OSError, optional_import("pyarrow").ArrowException


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:  # the system refused; damage has no number
        raise error
    return error.reason if isinstance(error, Unreadable) else "corrupt_file"


def group_bytes(path: Path) -> list[int]:
    """Bytes on disk of each row group; none of a damaged file.

    Raises:
        DependencyError: pyarrow is not installed.
        OSError: the system refused to read the file.
    """
    arrow, parquet = optional_import("pyarrow"), optional_import("pyarrow.parquet")
    try:
        metadata = parquet.read_metadata(path)
    except (OSError, arrow.ArrowException) as error:
        if getattr(error, "errno", None):
            raise
        return []
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    return [_sum_of_columns(group, "total_compressed_size") for group in groups]


def _open(path: Path, origin: Origin) -> tuple[Any, list[str]]:
    """The file, and the columns that are read of it."""
    parquet = optional_import("pyarrow.parquet")
    schema = parquet.read_schema(path)
    columns = _columns(schema, origin)
    # left as a dictionary, a text that is repeated does not take its length again and again
    dictionaries = [name for name in columns if _is_text(schema.field(name).type)]
    file = parquet.ParquetFile(
        path, read_dictionary=dictionaries, buffer_size=_BUFFER_BYTES, pre_buffer=False
    )
    return file, columns


def _columns(schema: Any, origin: Origin) -> list[str]:
    """The columns that are read; of labels, those of a type that may name something."""
    if origin.text_key not in schema.names:
        raise no_column(origin, schema.names)
    wanted = [name for name in schema.names if name in (origin.text_key, *LABELS)]
    if len(set(wanted)) < len(wanted):
        raise Unreadable("duplicate_key")
    return [n for n in wanted if n == origin.text_key or _may_name(schema.field(n).type)]


def _may_name(of: Any) -> bool:
    """Whether values of a type are written as labels: text, whole numbers, decimals and times."""
    types = optional_import("pyarrow").types
    of = of.value_type if types.is_dictionary(of) else of
    is_time = types.is_timestamp(of) or types.is_date(of) or types.is_time(of)
    return is_time or _is_text(of) or types.is_integer(of) or types.is_decimal(of)


def _rows(file: Any, group: int, columns: list[str], origin: Origin) -> Iterator[dict[str, Any]]:
    is_large = _sum_of_columns(file.metadata.row_group(group), "total_uncompressed_size")
    batch_rows = 1 if is_large > MAX_BATCH_BYTES else BATCH_ROWS
    for batch in file.iter_batches(batch_rows, row_groups=[group], columns=columns):
        names = batch.schema.names
        values = [
            _values(column)
            if name != origin.text_key or _is_text(column.type)
            else _no_texts(column)
            for name, column in zip(names, batch.columns, strict=True)
        ]
        for row in zip(*values, strict=True):
            yield dict(zip(names, row, strict=True))


def _no_texts(column: Any) -> Iterator[int | None]:
    """A column for the text that holds none, whose values need not be looked at."""
    return (0 if is_there else None for is_there in column.is_valid().to_pylist())


def _values(column: Any) -> Iterator[Any]:
    """Values one by one; strings as bytes, so that one bad byte rejects one row."""
    arrow, column = optional_import("pyarrow"), _with_written_times(column)
    if arrow.types.is_dictionary(column.type):
        words = _undecoded(column.dictionary)
        return (None if i is None else words[i].as_py() for i in column.indices.to_pylist())
    return (value.as_py() for value in _undecoded(column))


def _with_written_times(column: Any) -> Any:
    """Dates and times as text, in UTC: Python's have no nanoseconds."""
    arrow = optional_import("pyarrow")
    if arrow.types.is_timestamp(column.type):
        column = column.cast(arrow.timestamp(column.type.unit))
    return column.cast(arrow.string()) if arrow.types.is_temporal(column.type) else column


def _undecoded(column: Any) -> Any:
    is_string = str(column.type) in ("string", "large_string", "string_view")
    return column.cast(optional_import("pyarrow").large_binary()) if is_string else column


def _is_text(of: Any) -> bool:
    """Whether a type is one of strings, or of a dictionary of them."""
    of = of.value_type if optional_import("pyarrow").types.is_dictionary(of) else of
    return str(of) in ("string", "large_string", "string_view", "binary", "large_binary")


def _sum_of_columns(group: Any, size: str) -> int:
    return sum(getattr(group.column(n), size) for n in range(group.num_columns))
