"""A document with words, sentences and speakers, and the clusters of mentions in it."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

GENRES = ("bc", "bn", "mz", "nw", "pt", "tc", "wb")  # of OntoNotes; ids begin with one and a slash
_GENRE = re.compile(rf"(?:{'|'.join(GENRES)})(?![^\W_])")

Span = tuple[int, int]
Clusters = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class CorefDocument:
    """A document; its spans are half-open, of words counted over the whole document."""

    id: str
    sentences: tuple[tuple[str, ...], ...]  # words
    speakers: tuple[tuple[str, ...], ...]  # of each word; "" where unknown
    clusters: Clusters  # each in order; what its file annotates twice is there twice
    genre: str = ""
    text: str | None = None  # raw text, where the words were made from one
    offsets: tuple[Span, ...] = ()  # of such words: [start, end) in characters of the text

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(chain.from_iterable(self.sentences))

    @cached_property
    def num_words(self) -> int:
        """Words of all sentences."""
        return sum(map(len, self.sentences))


def genre_of(document_id: str) -> str:
    """The two letters of OntoNotes' genre that an id begins with, as "bc/cctv/..."; else ""."""
    found = _GENRE.match(document_id)
    return found[0] if found else ""
