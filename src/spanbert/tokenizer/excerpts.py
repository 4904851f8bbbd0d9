"""Texts -> excerpts of bounded length, so that one long document takes no more memory than many."""

import functools
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator

_MAX_CHARACTERS = 1 << 16  # of an excerpt
_LONGEST_WORD = 100  # characters; WordPiece takes longer ones for unknown without a look
_SIGN = r"(?:[^\w\s]|_)"
_NUM_COMMON = 1 << 16  # characters of Unicode's basic plane


def excerpts(texts: Iterable[str]) -> Iterator[str]:
    """The texts in parts of at most 65,536 characters; a part ends before a space or line feed.

    Nothing is lost: the parts of a text, joined, are the text. A run without any space is cut
    where it must be.
    """
    for text in texts:
        start = 0
        while start < len(text):
            end = _end(text, start)
            yield text[start:end]
            start = end


def learnable(texts: Iterable[str]) -> Iterator[str]:
    """The excerpts without words over 100 characters: no vocabulary has use for them.

    A trainer takes some 40 bytes for each character of each distinct word, and hours over a long
    run without spaces. Words are cut at punctuation, as BERT does, or are runs of signs; Chinese
    is left out too where 100 characters have no mark between them.
    """
    for excerpt in excerpts(texts):
        is_harmless = all(len(run) <= _LONGEST_WORD for run in excerpt.split())
        yield excerpt if is_harmless else _without_overlong(excerpt)


def _end(text: str, start: int) -> int:
    furthest = start + _MAX_CHARACTERS
    if len(text) <= furthest:
        return len(text)
    last_space = max(text.rfind(space, start + 1, furthest + 1) for space in " \n")
    return last_space if last_space > 0 else furthest


def _without_overlong(excerpt: str) -> str:
    return _overlong(_SIGN).sub(" ", _overlong(_in_a_word()).sub(" ", excerpt))


@functools.cache
def _in_a_word() -> str:
    """What stands between spaces and the marks that BERT's rules make words of their own."""
    ascii_signs = set(string.punctuation)
    every = map(chr, range(_NUM_COMMON))  # `re` looks for rarer ones one after another
    marks = [c for c in every if c in ascii_signs or unicodedata.category(c)[0] == "P"]
    return f"[^ \n{re.escape(''.join(marks))}]"


@functools.cache
def _overlong(character: str) -> re.Pattern[str]:
    """A whole run: looking behind first keeps the time linear."""
    return re.compile(f"(?<!{character}){character}{{{_LONGEST_WORD + 1},}}")
