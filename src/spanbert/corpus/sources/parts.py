"""Pieces of UTF-8 -> text in parts of at most 2**20 characters.

A document of up to `MAX_RECORD_BYTES` is held until all of it is known to be readable: it is kept
whole or rejected whole. Of a longer one, what comes before the damage is kept.
"""

import codecs
import itertools
import unicodedata
from collections.abc import Iterable, Iterator

from spanbert.corpus.sources.encoding import NUL_WINDOW_BYTES, refuse_nul
from spanbert.corpus.sources.lines import MAX_RECORD_BYTES
from spanbert.corpus.sources.unreadable import Unreadable

MAX_PART_CHARACTERS = 2**20


def readable_parts(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text of a document in parts, at least one, which make up the whole when joined.

    Raises:
        Unreadable: undecodable or not_utf8, at an offset from the document's start; or as `pieces`.
    """
    pieces = iter(pieces)
    held, is_all = _hold(pieces)
    refuse_nul(b"".join(held[:NUL_WINDOW_BYTES])[:NUL_WINDOW_BYTES])
    if is_all and sum(map(len, held)) <= MAX_PART_CHARACTERS:
        yield _text(b"".join(held))
        return
    if is_all:
        for _ in _decoded(held):
            pass
    yield from split_text(_decoded(itertools.chain(held, pieces)))


def split_text(texts: Iterable[str]) -> Iterator[str]:
    """One text, given in pieces, in parts: at least one, and all but the last nearly full.

    They are cut after a line, else after a space, else between characters that do not combine.
    """
    pending, is_first = "", True
    for text in texts:
        for start in range(0, len(text), MAX_PART_CHARACTERS):
            pending += text[start : start + MAX_PART_CHARACTERS]
            while len(pending) > MAX_PART_CHARACTERS:
                cut = _cut(pending)
                yield pending[:cut]
                pending, is_first = pending[cut:], False
    if pending or is_first:
        yield pending


def _hold(pieces: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """Pieces up to the limit, with whether these are all."""
    held, size_bytes = list[bytes](), 0
    for piece in pieces:
        held.append(piece)
        size_bytes += len(piece)
        if size_bytes > MAX_RECORD_BYTES:
            return held, False
    return held, True


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("undecodable", error.start) from error


def _decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    decoder, position = codecs.getincrementaldecoder("utf-8")(), 0
    for piece, is_last in itertools.chain(((p, False) for p in pieces), [(b"", True)]):
        num_pending = len(decoder.getstate()[0])
        try:
            yield decoder.decode(piece, is_last)
        except UnicodeDecodeError as error:
            raise Unreadable("undecodable", position - num_pending + error.start) from error
        position += len(piece)


def _cut(text: str) -> int:
    """Where a part of a text that is longer than one ends."""
    earliest = MAX_PART_CHARACTERS * 3 // 4
    for separator in ("\n", " "):
        cut = text.rfind(separator, earliest, MAX_PART_CHARACTERS) + 1
        while cut and not _may_cut(text, cut):
            cut = text.rfind(separator, earliest, cut - 1) + 1
        if cut:
            return cut
    places = range(MAX_PART_CHARACTERS, max(earliest, 1) - 1, -1)
    return next((cut for cut in places if _may_cut(text, cut)), MAX_PART_CHARACTERS)


def _may_cut(text: str, cut: int) -> bool:
    return text[cut - 1 : cut + 1] != "\r\n" and unicodedata.category(text[cut])[0] != "M"
