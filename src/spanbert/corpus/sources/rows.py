"""Fields of a row -> records, in parts where the text is long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.lines import MAX_PIECE_BYTES
from spanbert.corpus.sources.parts import readable_parts, split_text
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.errors import DataError

LABELS = ("id", "source", "licence", "license")
_WRITTEN = (int, Decimal, date)  # labels that are kept as `str` writes them; times are dates too


@dataclass(frozen=True, slots=True)
class Origin:
    """What all records of a file or dataset share."""

    name: str
    place: str
    text_key: str
    licence: str


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one record and where it is; bytes are UTF-8 that is still to be checked."""

    fields: Mapping[str, Any]
    number: int | None  # counted from 1, in tables and datasets
    byte_offset: int | None  # where it begins, in files that are read by lines


def row_records(row: Row, origin: Origin) -> Iterator[Record | Rejected]:
    """The record of a row, or the reason why it has none."""
    is_numbered = row.number is not None
    name = f"{origin.name}:{row.number if is_numbered else row.byte_offset}"
    place = f"{origin.place} row {row.number}" if is_numbered else origin.place
    try:
        parts = _parts(row.fields.get(origin.text_key))
        for part, text in enumerate(parts):
            yield Record(
                text,
                id=_label(row, "id") or name,
                source=_label(row, "source") or origin.name,
                licence=_label(row, "licence") or _label(row, "license") or origin.licence,
                place=place,
                part=part,
            )
    except Unreadable as error:
        yield Rejected(origin.place, row.byte_offset, error.reason, row.number)


def records_or_empty(
    records: Iterable[Record | Rejected], origin: Origin
) -> Iterator[Record | Rejected]:
    """The records of a file; one without text where there are none, so that the file is counted."""
    is_empty = True
    for record in records:
        is_empty = False
        yield record
    if is_empty:
        yield Record("", f"{origin.name}:0", origin.name, origin.licence, origin.place)


def _parts(text: Any) -> Iterator[str]:
    if text is None:
        raise Unreadable("no_text")
    if isinstance(text, bytes):
        starts = range(0, len(text), MAX_PIECE_BYTES)
        return readable_parts(text[start : start + MAX_PIECE_BYTES] for start in starts)
    if isinstance(text, str):
        return split_text([text])
    raise Unreadable("not_a_string")


def _label(row: Row, key: str) -> str:
    """A label as text; "" where it is missing or of a type that names nothing."""
    value = row.fields.get(key)
    if isinstance(value, bytes):
        return "".join(readable_parts([value]))
    if isinstance(value, _WRITTEN) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def no_column(origin: Origin, names: Sequence[str]) -> DataError:
    """The error of a table that has no column for the text."""
    return DataError(
        f"there is no column {origin.text_key!r}, only {', '.join(names) or 'none at all'}",
        place=origin.place,
        remedy="name the text's column with --set corpus.text_key=NAME",
    )
