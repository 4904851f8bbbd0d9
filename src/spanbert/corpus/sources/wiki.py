"""Lines of WikiExtractor's own format -> documents: `<doc id="…" …>`, lines of text, `</doc>`.

A document ends with `</doc>`, the next `<doc`, or the file. Its title stands in its first line, as
the extractor writes it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby

from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.lines import LinePiece
from spanbert.corpus.sources.rows import Origin
from spanbert.corpus.sources.text import document_records, is_blank

_OPENING = re.compile(rb"<doc\s+id=(?:\"([^\"]*)\"|'([^']*)')")
_CLOSING = b"</doc>"
# What the extractor escapes, if it does; other ampersands are text. "&amp;" comes last: what it
# leaves is not to be taken for an entity.
_ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&#x27;": b"'", b"&#39;": b"'"}
_ENTITIES |= {b"&amp;": b"&"}
_MAX_ENTITY_BYTES = 6


def wiki_records(pieces: Iterable[LinePiece], origin: Origin) -> Iterator[Record | Rejected]:
    """Documents with the ids that the extractor gave them; what is outside of them is rejected."""
    header: LinePiece | None = None
    for is_text, group in groupby(pieces, key=_is_text):
        if not is_text:
            for piece in group:
                if header:
                    yield _empty(header, origin)
                header = piece if opens_document(piece) else None
        elif header:
            yield from document_records(group, origin, _own_id(header), _unescaped)
            header = None
        else:
            yield from _outside(group, origin)
    if header:
        yield _empty(header, origin)


def opens_document(piece: LinePiece) -> bool:
    """Whether a document begins with this line."""
    return piece.begins_line and piece.ends_line and _OPENING.match(piece.content) is not None


def _is_text(piece: LinePiece) -> bool:
    is_closing = piece.begins_line and piece.ends_line and piece.content.rstrip() == _CLOSING
    return not is_closing and not opens_document(piece)


def _own_id(header: LinePiece) -> str:
    match = _OPENING.match(header.content)
    return (match[1] or match[2] or b"").decode(errors="replace") if match else ""


def _empty(header: LinePiece, origin: Origin) -> Record:
    name = _own_id(header) or f"{origin.name}:{header.offset}"
    return Record("", name, origin.name, origin.licence, origin.place)


def _outside(pieces: Iterable[LinePiece], origin: Origin) -> Iterator[Rejected]:
    lost = [piece.offset for piece in pieces if not is_blank(piece)][:1]
    yield from (Rejected(origin.place, offset, "not_a_document") for offset in lost)


def _unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The text with each entity replaced once, those that two pieces share as well."""
    rest = b""
    for piece in chain(pieces, [None]):
        content = rest + (piece or b"")
        start = content.rfind(b"&", max(0, len(content) - _MAX_ENTITY_BYTES))
        end = len(content) if start < 0 or piece is None else start
        rest, content = content[end:], content[:end]
        for entity, character in _ENTITIES.items():
            content = content.replace(entity, character)
        yield content
