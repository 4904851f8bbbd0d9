"""What became of every record and every character of a corpus; the sums are asserted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_NAMED_FILES = 100  # that could not be read to their end; more are summed up
MAX_NAMED_ORIGINS = 1000  # pairs of source and licence; what a corpus names beyond is summed up
OTHERS = "(others)"


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What one source gave, training and held-out together."""

    documents: int
    characters: int
    licences: dict[str, int]  # documents by licence


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What became of every record, and of every character of those that could be read.

    A document that is too long to hold at once counts as several records, one for each part.
    """

    records_in: int  # = kept + held_out + Σ dropped + Σ quarantined
    kept: int  # in the training artifact
    held_out: int
    dropped: dict[str, int]  # records by reason: `filters.drop_reason`, `survival.REASONS`
    quarantined: dict[str, int]  # records by reason, see `sources.read`
    characters_in: int  # = characters + Σ removed + Σ dropped, of records that could be read
    characters: int  # of training and held-out documents, after cleaning
    removed_characters: dict[str, int]  # by rule of `cleaning`; negative where NFC makes more
    dropped_characters: dict[str, int]  # by reason, after cleaning
    later_parts: int  # records that go on with the document before
    sources: dict[str, SourceCounts]
    lengths: dict[str, int]  # documents of at least so many characters and less than twice as many
    most_copies: int  # of one text, the first included
    contamination: dict[str, dict[str, Any]]  # by evaluation set, see `contamination`
    unread_files: dict[str, dict[str, Any]]  # reason and bytes, by file: see `sources.unread`
    unread_share: float  # of the bytes of all sources, in those files


@dataclass
class UnreadFiles:
    """Files that could not be read, or not to their end: first reason and lost bytes of each."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, file: str, reason: str, lost_bytes: int) -> None:
        """Note bytes that were lost in a file."""
        if file not in self.files and len(self.files) >= MAX_NAMED_FILES:
            file = OTHERS
        found = self.files.setdefault(file, {"reason": reason, "bytes": 0})
        found["bytes"] += lost_bytes


@dataclass
class Tally:
    """Counts of one part of the work, which may be added to another's."""

    records_in: int = 0
    characters_in: int = 0
    later_parts: int = 0
    removed_characters: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_characters: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)

    def drop(self, reason: str, characters: int) -> None:
        """Count a record that is not used."""
        self.dropped[reason] += 1
        self.dropped_characters[reason] += characters

    def as_counts(self) -> dict[str, Any]:
        """Plain values, for a manifest."""
        return {
            name: dict(value) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
        }

    def add(self, counts: Mapping[str, Any]) -> None:
        """Count what another tally has counted, as it was given by `as_counts`."""
        for name, value in counts.items():
            if isinstance(value, int):
                setattr(self, name, getattr(self, name) + value)
            else:
                getattr(self, name).update(value)
