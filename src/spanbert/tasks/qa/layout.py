"""Where windows lie over contexts, and which window shows each piece best (SpanBERT, section 4.1).

Windows begin a step apart, counted from start to start, and end with the one that sees the end. A
piece is best seen where the poorer of its two sides is richest: by min(pieces to its left, pieces
to its right) + 0.01 * window length; of equals the first is taken. Such pieces lie side by side,
because from one window to the next that figure only grows to the right.
"""

from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Bool, Int

_BONUS = 100  # pieces of length that count as one piece of context


@dataclass(frozen=True, slots=True)
class Layout:
    """Windows over contexts, one context after another, from left to right; half-open."""

    contexts: Int[np.ndarray, " windows"]  # the number of each window's context
    starts: Int[np.ndarray, " windows"]  # pieces of the context
    ends: Int[np.ndarray, " windows"]
    best_starts: Int[np.ndarray, " windows"]  # pieces that no other window shows better
    best_ends: Int[np.ndarray, " windows"]

    def __getitem__(self, chosen: Bool[np.ndarray, " windows"]) -> "Layout":
        """Some of the windows."""
        return Layout(
            self.contexts[chosen],
            self.starts[chosen],
            self.ends[chosen],
            self.best_starts[chosen],
            self.best_ends[chosen],
        )

    def moved(self, by: Int[np.ndarray, " contexts"]) -> "Layout":
        """The same windows so many pieces further right in each context."""
        shift = by[self.contexts]
        return Layout(
            self.contexts,
            self.starts + shift,
            self.ends + shift,
            self.best_starts + shift,
            self.best_ends + shift,
        )

    def places(self) -> tuple[Int[np.ndarray, " windows"], Int[np.ndarray, " windows"]]:
        """How many windows of its context stand before each window, and how many behind it."""
        counts = np.bincount(self.contexts, minlength=1)
        before = np.arange(len(self.starts)) - (np.cumsum(counts) - counts)[self.contexts]
        return before, counts[self.contexts] - before - 1


def lay_out(
    num_pieces: Int[np.ndarray, " contexts"],
    rooms: Int[np.ndarray, " contexts"],
    step: int | Int[np.ndarray, " contexts"],
) -> Layout:
    """The windows over contexts; together they leave out no piece, and each context has one.

    Args:
        rooms: pieces of each context that fit into a window.
        step: from one start to the next; never more than the room is used.
    """
    steps = np.minimum(step, rooms)
    counts = 1 - np.minimum(rooms - num_pieces, 0) // steps
    contexts = np.repeat(np.arange(len(num_pieces)), counts)
    before = np.arange(len(contexts)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = before * steps[contexts]
    ends = np.minimum(starts + rooms[contexts], num_pieces[contexts])
    best_starts, best_ends = starts.copy(), ends.copy()
    later = np.flatnonzero(before)
    best_starts[later] = best_ends[later - 1] = _borders(starts, ends, later)
    return Layout(contexts, starts, ends, best_starts, best_ends)


def _borders(
    starts: Int[np.ndarray, " windows"],
    ends: Int[np.ndarray, " windows"],
    later: Int[np.ndarray, " some"],
) -> Int[np.ndarray, " some"]:
    """The first piece that each of these windows shows better than the one before it.

    Where the earlier one's right side and the later one's left side are the poorer ones, a piece p
    is better seen by the later one if p - start > end - 1 - p + bonus. Behind that the lead stays
    as it is, so a window so much shorter that its lead is never one gets what it alone sees.
    """
    left_ends, own_starts = ends[later - 1], starts[later]
    bonus = (left_ends - starts[later - 1]) - (ends[later] - own_starts)  # in 1 / _BONUS pieces
    equal = _BONUS * (left_ends - 1 + own_starts) + bonus  # 2 * _BONUS * p where none leads
    crossing = np.clip(equal // (2 * _BONUS) + 1, own_starts, left_ends)
    return np.where(_BONUS * (ends[later] - left_ends) > bonus, crossing, left_ends)
