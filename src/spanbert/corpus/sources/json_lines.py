"""Lines of JSON, each an object -> records."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.encoding import BOM
from spanbert.corpus.sources.lines import LinePiece, whole_lines
from spanbert.corpus.sources.rows import Origin, Row, row_records
from spanbert.corpus.sources.unreadable import Unreadable


def json_records(pieces: Iterable[LinePiece], origin: Origin) -> Iterator[Record | Rejected]:
    """One record a line that is not blank."""
    for offset, line in whole_lines(pieces):
        try:
            fields = _fields(line)
        except Unreadable as error:
            yield Rejected(origin.place, offset + error.byte_offset, error.reason)
            continue
        if fields is not None:
            yield from row_records(Row(fields, None, offset), origin)


def _fields(line: list[bytes]) -> dict[str, Any] | None:
    """The fields of a line, which is used up; none of a blank one."""
    if not line:
        raise Unreadable("too_long")
    text = _decoded(line)
    if text.isspace() or not text:
        return None
    try:
        # as decimals, integers of any length can be read, and written as they were
        fields = json.loads(text, parse_int=Decimal, object_pairs_hook=_unique_keys)
    except ValueError as error:
        raise Unreadable("not_json") from error
    except RecursionError as error:
        raise Unreadable("too_deep") from error
    if not isinstance(fields, dict):
        raise Unreadable("not_an_object")
    return fields


def _decoded(line: list[bytes]) -> str:
    content = b"".join(line).removeprefix(BOM)
    line.clear()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("undecodable", error.start) from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Unreadable("duplicate_key")
    return fields
