"""A document's text -> the character spans of its sentences.

Rules for English-like text, with no model behind them: a missed boundary makes a longer sentence,
which costs nothing where sentences are only packed into segments.
"""

import re

# fmt: off
# Titles and the like, which a capital letter or a digit follows inside a sentence.
_ABBREVIATIONS = frozenset([
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "sr", "jr", "rev", "hon", "messrs", "mme", "mlle",
    "gen", "col", "maj", "capt", "cmdr", "lt", "sgt", "cpl", "adm", "gov", "sen", "rep", "pres",
    "supt", "mt", "ft", "ave", "blvd", "rd", "vs", "etc", "e.g", "i.e", "cf", "viz", "al", "ca",
    "approx", "ed", "eds", "trans", "dept", "univ", "assn", "bros", "inc", "ltd", "co", "corp",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "a.m",
    "p.m", "b.c", "a.d",
])
# These are words or ends of sentences too, unless a number follows.
_BEFORE_NUMBERS = frozenset([
    "no", "nos", "p", "pp", "vol", "vols", "fig", "figs", "ch", "chap", "sec", "art", "eq", "ref",
    "op",
])
# fmt: on
_LONGEST_ABBREVIATION = 12  # characters looked back for one
_LINE = re.compile(r"[^\n]+")
# Never fails once it has begun and nothing follows the loops, so no text makes it back up.
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]}]*")
_SPACE = re.compile(r"\s*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_OPENING = "\"'“‘«([{"


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open character spans of the sentences, in order, without the space around them.

    Spans do not overlap and together hold every character that is not white space. A line feed
    always ends a sentence; a run of `.`, `!` or `?` ends one when white space and then a capital,
    a digit, a quote or a bracket follow, except after common abbreviations and initials.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        spans += _line_spans(line[0], line.start())
    return spans


def _line_spans(line: str, offset: int) -> list[tuple[int, int]]:
    spans = []
    start = _after_space(line, 0)
    for stop in _STOP.finditer(line):
        following = _after_space(line, stop.end())
        if stop.end() < following < len(line) and _ends_sentence(line, stop, line[following]):
            spans.append((offset + start, offset + stop.end()))
            start = following
    end = len(line.rstrip())
    return [*spans, (offset + start, offset + end)] if start < end else spans


def _after_space(line: str, position: int) -> int:
    space = _SPACE.match(line, position)
    assert space is not None
    return space.end()


def _ends_sentence(line: str, stop: re.Match[str], following: str) -> bool:
    if not (following.isupper() or following.isdigit() or following in _OPENING):
        return False
    return stop[0] != "." or not _is_abbreviation(line, stop.start(), following)


def _is_abbreviation(line: str, end: int, following: str) -> bool:
    """Whether the word that ends where a single full stop stands is one the stop belongs to."""
    words = line[max(0, end - _LONGEST_ABBREVIATION) : end].split()
    if not words or line[end - 1].isspace():
        return False
    word = words[-1].lstrip(_OPENING)
    if word.lower() in _BEFORE_NUMBERS:
        return following.isdigit()
    return word.lower() in _ABBREVIATIONS or _INITIALS.fullmatch(word) is not None
