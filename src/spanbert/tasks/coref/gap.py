"""GAP (Webster et al., 2018): a text with a pronoun and two names -> which of them it stands for.

Columns parted by tabs under a header, nothing quoted; offsets are of characters. What is predicted
has the layout of the official scorer: id, then TRUE or FALSE for A and for B, without a header.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from spanbert.errors import DataError
from spanbert.storage import write_text_atomic
from spanbert.tasks.contents import cells_of, read_lines
from spanbert.tasks.ledger import Ledger

HEADER = (
    *("ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref"),
    *("B", "B-offset", "B-coref", "URL"),
)
_LABELS = {"true": True, "false": False}
Answer = tuple[bool, bool]  # whether A, whether B


@dataclass(frozen=True, slots=True)
class GapExample:
    """A text, and what its pronoun stands for."""

    id: str
    text: str
    pronoun: str
    pronoun_offset: int
    a: str
    a_offset: int
    is_a: bool
    b: str
    b_offset: int
    is_b: bool
    url: str


@dataclass(frozen=True)
class GapFile:
    """The usable examples of a file, in order, and what was left out."""

    examples: list[GapExample]
    skipped: dict[str, int]  # examples by reason


def is_gap(path: Path) -> bool:
    """Whether a file begins with GAP's header.

    Raises:
        DataError: the file cannot be read.
    """
    return _begins(read_lines(path))


def read_gap(path: Path) -> GapFile:
    """The examples of a file.

    Raises:
        DataError: the file cannot be read, has another header, holds no example, or more than 1 %
            of them are broken.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    lines = read_lines(path)
    if not _begins(lines):
        remedy = "pass a file of the GAP corpus"
        raise DataError(f"its header is not {' '.join(HEADER)}", place=str(path), remedy=remedy)
    examples: dict[str, GapExample] = {}
    seen = Ledger("example", "example")
    for number, line in lines:
        seen.num_seen += 1
        cells = cells_of(line)
        try:
            example = _example(cells)
        except ValueError as error:
            seen.leave_out(str(error), cells[0], number)
            continue
        if example.id in examples:
            seen.leave_out("its id was used before", example.id, number)
        else:
            examples[example.id] = example
    seen.require_few(path)
    if not examples:
        raise DataError("no example", place=str(path), remedy="pass a file with examples")
    return GapFile(list(examples.values()), dict(seen.reasons))


def write_gap(examples: Iterable[GapExample], path: Path) -> None:
    """Write examples as `read_gap` reads them.

    Raises:
        DataError: a text holds what parts columns or lines.
        StorageError: the disk refused.
    """
    rows = [HEADER, *(tuple(map(_shown, astuple(example))) for example in examples)]
    for row in rows:
        if any(mark in cell for cell in row for mark in "\t\r\n"):
            raise DataError(f"example {row[0]!r} has a tab or a line end in it")
    write_text_atomic(path, "".join("\t".join(row) + "\n" for row in rows))


def write_answers(answers: Mapping[str, Answer], path: Path) -> None:
    """Write what is predicted of each example, by its id.

    Raises:
        StorageError: the disk refused.
    """
    rows = [(name, *map(_shown, answer)) for name, answer in answers.items()]
    write_text_atomic(path, "".join("\t".join(row) + "\n" for row in rows))


def read_answers(path: Path) -> dict[str, Answer]:
    """What is predicted of each example; of an id that is there again the first line counts.

    Raises:
        DataError: the file cannot be read, or a line is not an id with TRUE or FALSE twice.
    """
    answers: dict[str, Answer] = {}
    for number, line in read_lines(path):
        match cells_of(line):
            case [name, a, b] if a.lower() in _LABELS and b.lower() in _LABELS:
                answers.setdefault(name, (_LABELS[a.lower()], _LABELS[b.lower()]))
            case _:
                cause = "not an id, TRUE or FALSE for A, and for B"
                remedy = "write three columns parted by tabs, without a header"
                raise DataError(cause, place=f"{path}:{number}", remedy=remedy)
    return answers


def _begins(lines: Iterator[tuple[int, bytes | None]]) -> bool:
    """Whether the next line is the header, which is taken."""
    return cells_of(next(lines, (0, None))[1]) == list(HEADER)


def _example(cells: list[str]) -> GapExample:
    """The example in a row.

    Raises:
        ValueError: it is broken.
    """
    if len(cells) != len(HEADER):
        raise ValueError(f"a row has not {len(HEADER)} columns")
    name, text, pronoun, place, a, a_place, a_label, b, b_place, b_label, url = cells
    offsets = [
        _offset(text, word, at) for word, at in ((pronoun, place), (a, a_place), (b, b_place))
    ]
    if not {a_label.lower(), b_label.lower()} <= _LABELS.keys():
        raise ValueError("a label is neither TRUE nor FALSE")
    labels = _LABELS[a_label.lower()], _LABELS[b_label.lower()]
    return GapExample(
        name, text, pronoun, offsets[0], a, offsets[1], labels[0], b, offsets[2], labels[1], url
    )


def _offset(text: str, word: str, place: str) -> int:
    if not place.isdecimal() or not word or not text.startswith(word, int(place)):
        raise ValueError("a name or the pronoun is not at its offset")
    return int(place)


def _shown(value: str | int | bool) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)
