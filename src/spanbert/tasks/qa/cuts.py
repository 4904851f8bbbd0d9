"""A long text -> parts that are tokenized one by one, with the pieces that the whole would have.

A part ends where white space begins, which is where `tokenizer/spaces.py` says that the pieces of
both sides are their own. A text of another tokenizer is one part.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from spanbert.errors import DataError

PART_CHARACTERS = 1 << 14  # a tokenizer takes some hundred bytes for each
_LONGEST_RUN = 1 << 16  # characters without white space, before they are cut anywhere
_CUT = re.compile(r"(?<=\S)(?=[ \n\t\r])")  # white space by anyone's rules


def parts_of(blocks: Iterable[str], *, cuts_at_spaces: bool) -> Iterator[str]:
    """The same text in parts of about `PART_CHARACTERS`.

    Args:
        cuts_at_spaces: False: the text is one part.
    """
    if not cuts_at_spaces:
        yield "".join(blocks)
        return
    rest = ""
    for block in blocks:
        rest += block
        while len(rest) > PART_CHARACTERS and (end := _end_of_part(rest)):
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _end_of_part(text: str) -> int:
    """Where a part may end behind `PART_CHARACTERS`; 0 where more text must tell."""
    found = _CUT.search(text, PART_CHARACTERS, _LONGEST_RUN)
    if found:
        return found.start()
    return _LONGEST_RUN if len(text) >= _LONGEST_RUN else 0


def blocks_of(text: str) -> Iterator[str]:
    """A text that is in memory, block by block."""
    for first in range(0, len(text), PART_CHARACTERS):
        yield text[first : first + PART_CHARACTERS]


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
            while block := handle.read(PART_CHARACTERS):
                has_text = has_text or not block.isspace()
                yield block
    except UnicodeError as error:
        raise DataError("not UTF-8", place=place, remedy="convert it to UTF-8") from error
    except OSError as error:
        cause, remedy = error.strerror or error, "check the path"
        raise DataError(f"cannot read it ({cause})", place=place, remedy=remedy) from error
    if not has_text:
        raise DataError("no text", place=place, remedy="pass a text that answers can be in")
