"""Words of a masked segment -> lines for a terminal, in colour or with brackets.

In colour the model's input stands above and what it must find below:

    He saw [MASK] [MASK][MASK] carry
           the    miller
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from spanbert.inspection.terminal import (
    BOLD_GREEN,
    BOLD_RED,
    BOLD_YELLOW,
    DIM,
    UNDERLINED,
    cut_to,
    num_columns,
    painted,
)
from spanbert.inspection.words import Word

_STYLES = {
    "special": DIM,
    "visible": "",
    "mask": BOLD_RED,
    "random": BOLD_YELLOW,
    "kept": BOLD_GREEN,
}
PLAIN_LEGEND = "[original→MASK]  [original→random: what the model sees]  [original→kept]"
_NARROWEST = 20


def coloured_legend() -> str:
    """What the colours mean."""
    kinds = (("[MASK]", "mask"), ("random", "random"), ("kept", "kept"))
    names = [painted(name, _STYLES[kind]) for name, kind in kinds]
    names += [painted("original below", DIM), painted("boundary of the SBO", UNDERLINED)]
    return "  ".join(names)


def draw_coloured(words: Sequence[Word], columns: int) -> list[str]:
    """The words in colour, with the originals of replaced ones below; each part on new lines."""
    lines: list[str] = []
    for part in _parts(words):
        for row in _rows(part, max(columns, _NARROWEST)):
            lines.append("".join(_painted_cell(word) for word in row).rstrip())
            below = "".join(_below(word) for word in row).rstrip()
            lines += [painted(below, DIM)] if below else []
    return lines


def draw_plain(words: Sequence[Word], columns: int) -> list[str]:
    """The words with each masked run in brackets: [the old miller→MASK]."""
    lines: list[str] = []
    for part in _parts(words):
        pieces = [_bracketed(kind, list(run)) for kind, run in groupby(part, lambda w: w.kind)]
        lines += textwrap.wrap(
            "".join(pieces).strip(),
            max(columns, _NARROWEST),
            break_on_hyphens=False,
            break_long_words=False,
        )
    return lines


def _parts(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words up to each [SEP]: a special token that is not the first."""
    ends = [n for n, word in enumerate(words[1:], start=2) if word.kind == "special"]
    for start, end in pairwise([0, *ends]):
        yield list(words[start:end])


def _bracketed(kind: str, run: list[Word]) -> str:
    original = _joined(run, [word.original for word in run])
    space = original[: len(original) - len(original.lstrip())]
    outcome = {
        "mask": "MASK",
        "random": f"random: {_joined(run, [word.seen for word in run]).strip()}",
        "kept": "kept",
    }.get(kind)
    return f"{space}[{original.strip()}→{outcome}]" if outcome else original


def _joined(words: Sequence[Word], texts: Sequence[str]) -> str:
    pairs = zip(words, texts, strict=True)
    return "".join(text if word.is_glued else f" {text}" for word, text in pairs)


def _rows(words: Sequence[Word], columns: int) -> Iterator[list[Word]]:
    """Words that stand on one line; those without a space between stay together if they can."""
    row: list[Word] = []
    for unit in _units([part for word in words for part in _cut(word, columns)]):
        fits_a_line = _width(unit) <= columns
        if row and fits_a_line and _width([*row, *unit]) > columns:
            yield row
            row = []
        for word in unit:
            if row and _width([*row, word]) > columns:
                yield row
                row = []
            row.append(word if row else replace(word, is_glued=True))
    if row:
        yield row


def _units(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of words without a space between."""
    unit: list[Word] = []
    for word in words:
        if unit and not word.is_glued:
            yield unit
            unit = []
        unit.append(word)
    if unit:
        yield unit


def _cut(word: Word, columns: int) -> Iterator[Word]:
    """The word in parts that fit a line."""
    while _cell_width(word) > columns:
        seen, original = cut_to(word.seen, columns), cut_to(word.original, columns)
        yield replace(word, seen=seen, original=original)
        rest = {"seen": word.seen[len(seen) :], "original": word.original[len(original) :]}
        word = replace(word, is_glued=True, **rest)
    yield word


def _width(words: Sequence[Word]) -> int:
    """Columns of words on one line; a space before the first is counted."""
    return sum(_cell_width(word) + (not word.is_glued) for word in words)


def _cell_width(word: Word) -> int:
    return max(num_columns(word.seen), num_columns(_original_below(word)))


def _original_below(word: Word) -> str:
    return word.original if word.kind in ("mask", "random") else ""


def _painted_cell(word: Word) -> str:
    style = painted(word.seen, _STYLES[word.kind], UNDERLINED if word.is_boundary else "")
    return _spaced(word, style, num_columns(word.seen))


def _below(word: Word) -> str:
    text = _original_below(word)
    return _spaced(word, text, num_columns(text))


def _spaced(word: Word, text: str, columns: int) -> str:
    before = "" if word.is_glued else " "
    return before + text + " " * (_cell_width(word) - columns)
