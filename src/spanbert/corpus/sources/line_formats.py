"""Lines of a file -> records, by its format."""

from collections.abc import Iterable, Iterator
from typing import Literal

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources import formats
from spanbert.corpus.sources.json_lines import json_records
from spanbert.corpus.sources.lines import line_pieces
from spanbert.corpus.sources.rows import Origin
from spanbert.corpus.sources.tables import table_records
from spanbert.corpus.sources.text import blank_line_records, document_records
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.corpus.sources.wiki import wiki_records


def line_records(
    blocks: Iterable[bytes],
    record_format: str,
    origin: Origin,
    txt_documents: Literal["blank-lines", "file"],
    start: int = 0,
) -> Iterator[Record | Rejected]:
    """The records of a file that is read by lines; where it breaks off, the rest is rejected.

    Args:
        start: where in the file the first block begins.

    Raises:
        DataError: a table has no column for the text.
        Whatever else `blocks` raises.
    """
    pieces = line_pieces(blocks, start)
    try:
        match record_format:
            case ".txt" if txt_documents == "file":
                yield from document_records(pieces, origin)
            case ".txt":
                yield from blank_line_records(pieces, origin)
            case formats.WIKI:
                yield from wiki_records(pieces, origin)
            case ".csv" | ".tsv":
                yield from table_records(pieces, origin, "," if record_format == ".csv" else "\t")
            case _:
                yield from json_records(pieces, origin)
    except Unreadable as error:
        yield Rejected(origin.place, error.byte_offset, error.reason, ends_file=True)
