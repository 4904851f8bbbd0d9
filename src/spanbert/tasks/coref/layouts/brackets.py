"""The last column of CoNLL-2012: brackets around mentions <-> clusters of spans.

`(0` begins a mention of cluster 0, `0)` ends one, `(0)` is one of a single word; `|` stands between
several, `-` for none. Of a cluster, what began last ends first, so two of its mentions that cross,
or that share a word where one ends and the other begins, cannot be written.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from spanbert.errors import DataError
from spanbert.tasks.coref.document import Clusters, Span
from spanbert.tasks.coref.layouts.record import MentionFault

NO_MENTION = ("-", "_", "*")
_CELL = re.compile(r"(?:(?:\([0-9]+\)?|[0-9]+\))\|?)+")
_PART = re.compile(r"(\(?)([0-9]+)(\)?)")


class BracketReader:
    """Cells of one document, given word by word, as the reference scorer 8.01 understands them."""

    def __init__(self) -> None:
        self._spans: dict[str, list[Span]] = {}
        self._open: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._faults: list[MentionFault] = []

    def add(self, cell: str, word: int, line: int) -> None:
        """Read what begins and ends at a word: first single words, then beginnings, then ends."""
        if cell in NO_MENTION:
            return
        if not _CELL.fullmatch(cell):
            self._faults.append(MentionFault("its brackets cannot be read", line))
            return
        begins, ends = list[str](), list[str]()
        for opening, name, closing in _PART.findall(cell):
            if opening and closing:
                self._spans.setdefault(name, []).append((word, word + 1))
            else:
                (begins if opening else ends).append(name)
        for name in begins:
            self._spans.setdefault(name, [])
            self._open[name].append((word, line))
        for name in ends:
            self._end(name, word, line)

    def _end(self, name: str, word: int, line: int) -> None:
        if self._open[name]:
            start, _ = self._open[name].pop()
            self._spans[name].append((start, word + 1))
        else:
            self._faults.append(MentionFault("it ends and has not begun", line))

    def clusters(self) -> Clusters:
        """By their first mention in the file, each in order."""
        return tuple(tuple(sorted(spans)) for spans in self._spans.values() if spans)

    def faults(self) -> tuple[MentionFault, ...]:
        """What was left out, when all words were read."""
        left = [line for places in self._open.values() for _, line in places]
        unclosed = [MentionFault("it begins and does not end", line) for line in left]
        return (*self._faults, *unclosed)


def bracket_cells(clusters: Sequence[Iterable[Span]], num_words: int) -> list[str]:
    """The cell of each word; a cluster is named by its place among them.

    Raises:
        DataError: two mentions of one cluster cross, or a mention is outside the document.
    """
    parts: list[list[str]] = [[] for _ in range(num_words)]
    for number, cluster in enumerate(clusters):
        for start, end in cluster:
            if not 0 <= start < end <= num_words:
                cause = f"a mention at words [{start}, {end}) of {num_words}"
                raise DataError(cause, remedy="give half-open spans of words")
            if end == start + 1:
                parts[start].append(f"({number})")
            else:
                parts[start].append(f"({number}")
                parts[end - 1].append(f"{number})")
    cells = ["|".join(names) or "-" for names in parts]
    _require_legible(cells, clusters)
    return cells


def _require_legible(cells: Sequence[str], clusters: Sequence[Iterable[Span]]) -> None:
    reader = BracketReader()
    for word, cell in enumerate(cells):
        reader.add(cell, word, 0)
    wanted = sorted(tuple(sorted(cluster)) for cluster in clusters)
    if sorted(reader.clusters()) != [cluster for cluster in wanted if cluster]:
        remedy = "write it as .jsonl, or leave one of the two out"
        raise DataError("two mentions of one cluster cross, which CoNLL cannot say", remedy=remedy)
