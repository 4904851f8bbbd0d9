"""CoNLL-2012: a word a line, a blank line after each sentence, documents in several parts."""

from collections.abc import Iterable, Iterator

from spanbert.tasks.coref.document import CorefDocument, genre_of
from spanbert.tasks.coref.layouts.brackets import BracketReader
from spanbert.tasks.coref.layouts.conll_lines import (
    MIN_COLUMNS,
    begun_id,
    cells_of,
    is_comment,
    is_end,
    speaker_of,
)
from spanbert.tasks.coref.layouts.record import Record


def conll_records(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Record]:
    """The documents of a file, in order.

    Args:
        lines: number, from 1, and content of each, the blank ones too; None for one too long.
    """
    reading: _Reading | None = None
    for number, content in lines:
        line = _decoded(content)
        is_mark = line is not None and line.startswith("#")  # few are, and expressions are slow
        begun = begun_id(line) if line and is_mark else None
        if begun is not None:
            if reading:
                yield reading.broken("it does not end")
            reading = _Reading(begun, number)
        elif line and is_mark and is_end(line):
            if reading:
                yield reading.record()
            reading = None
        elif line is not None and not line.strip():
            if reading:
                reading.end_sentence()
        elif not (line and is_mark and is_comment(line)):
            reading = reading or _Reading("", number, "its beginning is missing")
            reading.add_word(line, number)
    if reading:
        yield reading.broken("it does not end")


def _decoded(content: bytes | None) -> str | None:
    """A line without its end; None where it is not text."""
    try:
        return None if content is None else content.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        return None


class _Reading:
    """A document that is being read."""

    def __init__(self, document_id: str, line: int, fault: str = "") -> None:
        self._id, self._line, self._fault = document_id, line, fault
        self._sentences: list[list[str]] = [[]]
        self._speakers: list[list[str]] = [[]]
        self._brackets, self._num_words = BracketReader(), 0

    def add_word(self, line: str | None, number: int) -> None:
        """Read a word; None is what is not text."""
        cells = cells_of(line) if line is not None else []
        if len(cells) < MIN_COLUMNS or not cells[3]:
            why = "is not UTF-8" if line is None else f"has not {MIN_COLUMNS} columns"
            if not self._fault:
                self._fault, self._line = f"a line {why}", number
            return
        self._sentences[-1].append(cells[3])
        self._speakers[-1].append(speaker_of(cells))
        self._brackets.add(cells[-1], self._num_words, number)
        self._num_words += 1

    def end_sentence(self) -> None:
        """Begin another sentence."""
        if self._sentences[-1]:
            self._sentences.append([])
            self._speakers.append([])

    def record(self) -> Record:
        """The document, all lines of which were read."""
        if self._fault:
            return self.broken(self._fault)
        document = CorefDocument(
            id=self._id,
            sentences=tuple(tuple(words) for words in self._sentences if words),
            speakers=tuple(tuple(names) for names in self._speakers if names),
            clusters=self._brackets.clusters(),
            genre=genre_of(self._id),
        )
        return Record(
            self._id, self._line, document=document, mention_faults=self._brackets.faults()
        )

    def broken(self, fault: str) -> Record:
        """The document, which cannot be used."""
        return Record(self._id, self._line, self._fault or fault)
