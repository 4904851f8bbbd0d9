"""Files of lines that are only ever appended: a kill may tear the last one."""

import os
from typing import BinaryIO


def cut_torn_line(handle: BinaryIO) -> None:
    """Cut off what is behind the last whole line."""
    size = handle.seek(0, os.SEEK_END)
    if start_of_line(handle, size) != size:
        handle.seek(0)
        whole, end, _ = handle.read().rpartition(b"\n")
        handle.truncate(len(whole) + len(end))


def start_of_line(handle: BinaryIO, offset: int) -> int:
    """The offset, if a line begins there, or else 0."""
    if offset == 0:
        return 0
    handle.seek(offset - 1)
    return offset if handle.read(1) == b"\n" else 0
