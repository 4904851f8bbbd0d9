"""A run of word pieces with what is known of them, and the parts it is cut into."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Bool, Int

NO_SPANS = np.zeros((0, 2), dtype=np.int64)
ANNOTATIONS = ("entities", "noun_phrases")


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ids with their word starts and annotations.

    Spans are half-open, in pieces from the run's first, in order; those of one kind do not overlap.
    """

    ids: Int[np.ndarray, " seq"]
    word_starts: Bool[np.ndarray, " seq"]
    entities: Int[np.ndarray, "entities 2"]
    noun_phrases: Int[np.ndarray, "phrases 2"]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, end: int) -> "Pieces":
        """The pieces [start, end), with the spans that lie in them whole."""
        return Pieces(
            self.ids[start:end],
            self.word_starts[start:end],
            _within(self.entities, start, end),
            _within(self.noun_phrases, start, end),
        )


def joined(parts: Sequence[Pieces]) -> Pieces:
    """Runs end to end as one."""
    offsets = np.cumsum([0] + [len(part) for part in parts])[:-1]
    shifted = (
        np.concatenate([getattr(p, name) + at for p, at in zip(parts, offsets, strict=True)])
        for name in ANNOTATIONS
    )
    ids, word_starts = ([getattr(p, name) for p in parts] for name in ("ids", "word_starts"))
    return Pieces(np.concatenate(ids), np.concatenate(word_starts), *shifted)


def _within(spans: Int[np.ndarray, "spans 2"], start: int, end: int) -> Int[np.ndarray, "inside 2"]:
    # both columns rise, because spans are in order and do not overlap
    first = np.searchsorted(spans[:, 0], start)
    last = np.searchsorted(spans[:, 1], end, side="right")
    return spans[first : max(first, last)] - start
