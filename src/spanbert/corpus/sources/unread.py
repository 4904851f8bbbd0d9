"""Rejections of a file -> the same, with the bytes of it that are lost with them.

A file that is cut off, or of which nothing can be read, is more than the one record that it counts
as. So its bytes are told as well: from the break to the end where it lies there as text. Of a
compressed one they are all, since nobody can tell how much is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from spanbert.corpus.records import Record, Rejected


def with_unread_bytes(
    records: Iterable[Record | Rejected], size_bytes: int, start: int | None
) -> Iterator[Record | Rejected]:
    """All of them; the last gets the bytes where it ends the file, or where nothing was read.

    Args:
        size_bytes: of the file, or of the part of it that is read.
        start: its first byte; None where offsets are not those of the file as it lies there.
    """
    last: Rejected | None = None
    is_read, told_bytes = False, 0
    for record in records:
        if last is not None:
            yield last
        last = record if isinstance(record, Rejected) else None
        if last is None:
            is_read = True
            yield record
        else:
            told_bytes += last.unread_bytes
    if last is not None:
        lost_bytes = _lost_bytes(last, size_bytes, start) if is_read else size_bytes - told_bytes
        yield replace(last, unread_bytes=last.unread_bytes + lost_bytes)


def _lost_bytes(last: Rejected, size_bytes: int, start: int | None) -> int:
    if not last.ends_file or last.unread_bytes:
        return 0
    if start is None or last.byte_offset is None:
        return size_bytes
    return max(0, start + size_bytes - last.byte_offset)
