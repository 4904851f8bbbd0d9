"""Blocks of bytes -> lines, which come in pieces where they are long."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spanbert.corpus.sources.encoding import BOM, refuse_other_encoding
from spanbert.corpus.sources.unreadable import Unreadable

MAX_PIECE_BYTES = 2**20
# What may be held at once; a longer line of JSON is rejected. Decoding takes eight times as much in
# the worst case: one emoji makes all characters of a string four bytes.
MAX_RECORD_BYTES = 100 * 2**20
BLOCK_BYTES = 2**18


class LinePiece(NamedTuple):
    """A line without its line feed, or a piece of one that is longer than `MAX_PIECE_BYTES`."""

    offset: int  # in the decompressed file
    content: bytes
    begins_line: bool
    ends_line: bool


def line_pieces(blocks: Iterable[bytes], start: int = 0) -> Iterator[LinePiece]:
    """All lines; the pieces of a long one are full but the last, wherever the blocks are cut.

    A byte order mark at the start of the file is left out.

    Args:
        start: where in the file the first block begins.

    Raises:
        Unreadable: not_utf8 for the whole file; or as `blocks` when it breaks off, at the start of
            the piece that was cut.
    """
    offset, begins, rest = start, True, b""
    try:
        for block in _gathered(blocks):
            if offset == 0 and not rest:
                refuse_other_encoding(block)
                offset = len(BOM) if block.startswith(BOM) else 0
                block = block[offset:]
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                if len(line) <= MAX_PIECE_BYTES:
                    yield LinePiece(offset, line, begins, True)
                else:
                    yield from _pieces(offset, line, begins, ends=True)
                offset, begins = offset + len(line) + 1, True
            if len(rest) > MAX_PIECE_BYTES:
                full = (len(rest) - 1) // MAX_PIECE_BYTES * MAX_PIECE_BYTES
                yield from _pieces(offset, rest[:full], begins, ends=False)
                offset, begins, rest = offset + full, False, rest[full:]
    except Unreadable as error:
        raise Unreadable(error.reason, offset) from error
    yield LinePiece(offset, rest, begins, True)


def whole_lines(pieces: Iterable[LinePiece]) -> Iterator[tuple[int, list[bytes]]]:
    """Each line's offset and its pieces; of a line over `MAX_RECORD_BYTES` there are none.

    The receiver empties the list, so that a long line is not held twice.

    Raises:
        Unreadable: at the start of the line that was cut.
    """
    offset, size_bytes, parts, is_whole = 0, 0, list[bytes](), True
    try:
        for piece in pieces:
            if piece.begins_line:
                offset, size_bytes, parts = piece.offset, 0, []
            size_bytes += len(piece.content)
            is_whole = piece.ends_line
            if size_bytes <= MAX_RECORD_BYTES:
                parts.append(piece.content)
            else:
                parts.clear()
            if piece.ends_line:
                del piece  # it holds what the receiver may want to drop
                yield offset, parts
    except Unreadable as error:
        raise Unreadable(error.reason, error.byte_offset if is_whole else offset) from error


def _pieces(offset: int, line: bytes, begins: bool, *, ends: bool) -> Iterator[LinePiece]:
    for start in range(0, len(line), MAX_PIECE_BYTES):
        end = start + MAX_PIECE_BYTES
        is_last = ends and end >= len(line)
        yield LinePiece(offset + start, line[start:end], begins and start == 0, is_last)


def _gathered(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of some size; if the input breaks off, what came before is given first."""
    parts, size_bytes = list[bytes](), 0
    try:
        for block in blocks:
            parts.append(block)
            size_bytes += len(block)
            if size_bytes >= BLOCK_BYTES:
                yield b"".join(parts)
                parts, size_bytes = [], 0
    except Unreadable:
        yield b"".join(parts)
        raise
    yield b"".join(parts)
