"""Guesses for the [MASK]s of a text -> tables for a terminal: by MLM, by SBO, by both."""

import textwrap
from collections.abc import Iterator
from itertools import zip_longest

from spanbert.inspection.terminal import padded, printable
from spanbert.tasks.fill import FilledMask, FilledSpan, FilledText, Guess

_WIDEST = 26  # columns of one kind of guess
_SHARE = 9  # columns of a probability, with the space around it
_NO_HEAD = "The model has no span boundary head: guesses are by MLM alone."
_NO_PLACE = "  beyond the places that the span boundary head knows: by MLM alone"
_AT_EDGE = "  at the text's edge: [CLS] or [SEP] bounds it, as in no span of SBO's default training"


def draw_filled(filled: FilledText, columns: int) -> str:
    """The text, the same with the best guesses in place, and a table for each [MASK]."""
    lines = [
        *_wrapped("text:   ", filled.text, columns),
        *_wrapped("filled: ", filled.filled, columns),
    ]
    if not filled.has_sbo:
        lines += ["", _NO_HEAD]
    number = 0
    for span in filled.spans:
        for mask in span.masks:
            number += 1
            lines += ["", f"[MASK] {number}, characters {mask.start} to {mask.end}"]
            lines += _notes(span, mask, filled.has_sbo)
            lines += _table(mask, filled.has_sbo, columns)
    return "\n".join(lines)


def _wrapped(label: str, text: str, columns: int) -> list[str]:
    lines = textwrap.wrap(
        printable(text),
        max(columns, 40),
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_on_hyphens=False,
    )
    return lines or [label.rstrip()]


def _notes(span: FilledSpan, mask: FilledMask, has_sbo: bool) -> Iterator[str]:
    if has_sbo and mask.by_sbo is None:
        yield _NO_PLACE
    elif has_sbo and span.is_at_edge:
        yield _AT_EDGE


def _table(mask: FilledMask, has_sbo: bool, columns: int) -> Iterator[str]:
    kinds = {"by MLM": mask.by_mlm}
    if has_sbo:
        kinds |= {"by SBO": mask.by_sbo or [], "by both": mask.by_both}
    width = max(_SHARE + 4, min(_WIDEST, (columns - 2) // len(kinds)))
    yield ("  " + "".join(padded(kind, width) for kind in kinds)).rstrip()
    for row in zip_longest(*kinds.values()):
        yield ("  " + "".join(_cell(guess, width) for guess in row)).rstrip()


def _cell(guess: Guess | None, width: int) -> str:
    if guess is None:
        return " " * width
    share = f"{100 * guess.probability:.1f} %".rjust(_SHARE - 2)
    return padded(printable(guess.token), width - _SHARE) + share + "  "
