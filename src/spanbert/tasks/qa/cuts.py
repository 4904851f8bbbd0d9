"""A long text -> parts that are tokenized one by one, with the pieces that the whole would have.

A part ends where white space begins, which is where `tokenizer/spaces.py` says that the pieces of
both sides are their own. A text of another tokenizer is one part.
"""

import re
from collections.abc import Iterable, Iterator

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
