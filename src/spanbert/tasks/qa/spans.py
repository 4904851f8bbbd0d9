"""Scores of windows -> the spans of pieces that may be answers, best first for each question.

A span starts at one of the `num_best` best starts of its window and ends at one of its `num_best`
best ends, as the official code chooses them: among all tokens, of which those that can be no part
of an answer then fall away. `answers.py` makes texts of spans.
"""

from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Bool, Float, Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.features import Windows

_NOTHING = -np.inf
_FAR = 1 << 40  # a piece that no context has


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of pieces, by question and then best first; of equal scores those further left."""

    bounds: Int[np.ndarray, " bounds"]  # (questions + 1) where those of each question begin
    starts: Int[np.ndarray, " spans"]  # character offsets in the context
    ends: Int[np.ndarray, " spans"]
    start_scores: Float[np.ndarray, " spans"]
    end_scores: Float[np.ndarray, " spans"]
    scores: Float[np.ndarray, " spans"]  # their sums


def best_spans(
    windows: Windows,
    rows: slice,
    numbers: Int[np.ndarray, " windows"],
    padded: Float[np.ndarray, "2 windows longest"],
    config: QAConfig,
) -> Spans:
    """All spans that may be answers, of some windows.

    Args:
        rows: the windows.
        numbers: the question of each, counted from 0 among those that have one.
        padded: their start and end scores; -inf behind a window's end.
    """
    layout, shifts = windows.layout, (windows.layout.starts - windows.first_pieces)[rows, None]
    (starts, start_scores), (ends, end_scores) = (_largest(s, config.num_best) for s in padded)
    starts, ends = starts + shifts, ends + shifts  # as pieces of the context
    starts[~_lie_in(starts, layout.best_starts[rows], layout.best_ends[rows])] = _FAR
    ends[~_lie_in(ends, layout.starts[rows], layout.ends[rows])] = -1
    lows, highs = starts[:, :, None], (starts + config.max_answer_pieces)[:, :, None]
    is_allowed = (lows <= ends[:, None, :]) & (ends[:, None, :] < highs)  # (windows, starts, ends)
    place, j = np.divmod(np.flatnonzero(is_allowed), ends.shape[1])
    own_starts = start_scores.ravel()[place]
    row = place // starts.shape[1]
    own_ends = end_scores[row, j]
    sums = own_starts + own_ends
    own = numbers.astype(np.int16)[row]  # of a small type, which sorts faster
    order = np.lexsort((-sums, own))  # stable: equal scores stay in place
    begin = windows.contexts.bounds[windows.context_of[layout.contexts[rows]]][row]
    return Spans(
        np.searchsorted(own, np.arange(numbers[-1] + 2)),
        windows.contexts.starts[begin + starts.ravel()[place]][order],
        windows.contexts.ends[begin + ends[row, j]][order],
        own_starts[order],
        own_ends[order],
        sums[order],
    )


def padded_scores(
    scores: Float[np.ndarray, "tokens 2"], lengths: Int[np.ndarray, " windows"]
) -> Float[np.ndarray, "2 windows longest"]:
    """The scores of a flat batch, a window a line."""
    longest = int(lengths.max())
    padded = np.full((2, len(lengths), longest), _NOTHING, dtype=np.float32)
    is_token = np.arange(longest) < lengths[:, None]
    for side, own in zip(padded, scores.T, strict=True):
        side[is_token] = own
    return padded


def _lie_in(
    pieces: Int[np.ndarray, "windows best"],
    starts: Int[np.ndarray, " windows"],
    ends: Int[np.ndarray, " windows"],
) -> Bool[np.ndarray, "windows best"]:
    return (starts[:, None] <= pieces) & (pieces < ends[:, None])


def _largest(
    values: Float[np.ndarray, "rows n"], count: int
) -> tuple[Int[np.ndarray, "rows best"], Float[np.ndarray, "rows best"]]:
    """The `count` largest of each row, from left to right; of equals those further left."""
    count = min(count, values.shape[1])
    place = values.shape[1] - count
    least = np.partition(values, place, axis=1)[:, place, None]
    is_chosen = values >= least
    crowded = np.flatnonzero(is_chosen.sum(axis=1) > count)
    if len(crowded):
        above, equal = values[crowded] > least[crowded], values[crowded] == least[crowded]
        room = count - above.sum(axis=1, keepdims=True)
        is_chosen[crowded] = above | (equal & (np.cumsum(equal, axis=1) <= room))
    places = np.nonzero(is_chosen)[1].reshape(len(values), count)
    return places, np.take_along_axis(values, places, axis=1)
