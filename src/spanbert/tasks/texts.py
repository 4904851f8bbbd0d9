"""A user's text, in a file or on standard input -> its characters, block by block."""

from collections.abc import Iterator
from pathlib import Path

from spanbert.errors import DataError

_STANDARD_INPUT = 0
_BLOCK_CHARACTERS = 1 << 14


def blocks_at(path: Path) -> Iterator[str]:
    """As `read_blocks`; - is standard input."""
    if str(path) == "-":
        return read_blocks(_STANDARD_INPUT, "standard input")
    return read_blocks(path, str(path))


def read_blocks(source: Path | int, place: str) -> Iterator[str]:
    """A UTF-8 text block by block, without its byte order mark; lines end as they are written.

    Args:
        source: a file, or the number of one that is open and stays so.
        place: what to call it.

    Raises:
        DataError: it cannot be read, is not UTF-8, or holds nothing but white space.
    """
    has_text = False
    try:
        is_open = isinstance(source, int)
        with open(source, encoding="utf-8-sig", newline="", closefd=not is_open) as handle:
            while block := handle.read(_BLOCK_CHARACTERS):
                has_text = has_text or not block.isspace()
                yield block
    except UnicodeError as error:
        raise DataError("not UTF-8", place=place, remedy="convert it to UTF-8") from error
    except OSError as error:
        cause, remedy = error.strerror or error, "check the path"
        raise DataError(f"cannot read it ({cause})", place=place, remedy=remedy) from error
    if not has_text:
        raise DataError("no text", place=place, remedy="pass a text with words in it")
