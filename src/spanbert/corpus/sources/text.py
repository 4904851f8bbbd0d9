"""Lines of text -> documents, divided by blank lines or one a file."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.lines import MAX_RECORD_BYTES, LinePiece
from spanbert.corpus.sources.parts import readable_parts
from spanbert.corpus.sources.rows import Origin
from spanbert.corpus.sources.unreadable import Unreadable


def blank_line_records(pieces: Iterable[LinePiece], origin: Origin) -> Iterator[Record | Rejected]:
    """Documents between blank lines."""
    for blank, group in groupby(pieces, key=is_blank):
        if not blank:
            yield from document_records(group, origin)


def is_blank(piece: LinePiece) -> bool:
    """Whether this is a blank line; one of more than `MAX_PIECE_BYTES` of white space is not."""
    return piece.begins_line and piece.ends_line and not piece.content.strip()


def document_records(
    pieces: Iterable[LinePiece],
    origin: Origin,
    own_id: str = "",
    changed: Callable[[Iterable[bytes]], Iterable[bytes]] = iter,
) -> Iterator[Record | Rejected]:
    """The parts of the document that consists of these lines, or the reason why it has none.

    Args:
        pieces: one or more.
        own_id: in place of one made from its offset.
        changed: what is done to its bytes before they are decoded.

    Raises:
        Unreadable: there is not even a beginning.
    """
    pieces = iter(pieces)
    first = next(pieces)
    name = own_id or f"{origin.name}:{first.offset}"
    try:
        for part, text in enumerate(readable_parts(changed(_joined(chain([first], pieces))))):
            yield Record(text, name, origin.name, origin.licence, origin.place, part)
    except Unreadable as error:
        yield Rejected(origin.place, first.offset + error.byte_offset, error.reason)


def _joined(pieces: Iterable[LinePiece]) -> Iterator[bytes]:
    """The document's bytes; an error is placed at its start unless it is too long to be held."""
    size_bytes = 0
    try:
        for number, piece in enumerate(pieces):
            content = b"\n" + piece.content if piece.begins_line and number else piece.content
            size_bytes += len(content)
            yield content
    except Unreadable as error:
        offset = size_bytes if size_bytes > MAX_RECORD_BYTES else 0
        raise Unreadable(error.reason, offset) from error
