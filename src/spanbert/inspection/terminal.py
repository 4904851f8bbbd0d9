"""What may be written to a terminal: no control characters, and colour only where it is wanted."""

import os
import shutil
import sys
import unicodedata

DIM, UNDERLINED, BOLD_RED, BOLD_GREEN, BOLD_YELLOW = "2", "4", "1;31", "1;32", "1;33"


def printable(text: str) -> str:
    """The text with escapes such as \\x1b in place of characters that a terminal would act on."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def painted(text: str, *styles: str) -> str:
    """The text in these styles; with none, as it is."""
    codes = ";".join(style for style in styles if style)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def has_colour() -> bool:
    """Whether standard output shows colours and its user has not forbidden them (no-color.org)."""
    is_refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_refused


def terminal_columns() -> int:
    """Columns of the terminal, from COLUMNS or the terminal itself; 80 where there is none."""
    return shutil.get_terminal_size().columns


def num_columns(text: str) -> int:
    """Columns that a printable text takes: East Asian characters take two, marks none."""
    return sum(_columns_of(character) for character in text)


def cut_to(text: str, columns: int) -> str:
    """The longest beginning of a printable text that fits these columns."""
    end = taken = 0
    while end < len(text) and taken + _columns_of(text[end]) <= columns:
        taken += _columns_of(text[end])
        end += 1
    return text[:end]


def padded(text: str, columns: int) -> str:
    """The text, cut with "…" or filled with spaces to so many columns."""
    if num_columns(text) > columns:
        text = cut_to(text, columns - 1) + "…"
    return text + " " * (columns - num_columns(text))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
