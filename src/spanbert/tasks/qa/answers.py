"""Scores of all windows -> one answer for each question, with the runners-up.

The text is cut from the context by character offsets, so it always stands there as written.
`features.py` makes the windows, `head.py` the scores.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spanbert.shapes import Bool, Float, Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import Window

_QUESTIONS_AT_ONCE = 64  # decoded together, which bounds memory


class Candidate(NamedTuple):
    """A possible answer: `context[start:end]` is its text."""

    text: str
    start: int
    end: int
    score: float  # start score + end score
    probability: float  # softmax over the candidates that were kept


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer to a question; empty where its context has no piece that could be one."""

    id: str
    text: str
    start: int  # character offsets in the context
    end: int
    score: float
    null_score: float  # of having no answer: least score of [CLS] over the windows
    candidates: tuple[Candidate, ...]  # distinct texts, best first
    probability: float  # of this answer

    @property
    def no_answer_margin(self) -> float:
        """How much better having no answer scores than the best answer."""
        best = self.candidates[0].score if self.candidates else -math.inf
        return self.null_score - best


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans of pieces that may be answers, in the order of windows, starts and ends."""

    window: Int[np.ndarray, " spans"]
    first: Int[np.ndarray, " spans"]  # piece of the context
    last: Int[np.ndarray, " spans"]  # piece of the context, part of the answer
    score: Float[np.ndarray, " spans"]


def decode_answers(
    windows: Sequence[Window], scores: Sequence[Float[np.ndarray, "_ 2"]], config: QAConfig
) -> list[Prediction]:
    """The best answer to each question, in the questions' order.

    A span starts at one of the `num_best` best starts of its window, among the pieces that no other
    window shows with more context, and ends at one of the `num_best` best ends. Of equal scores the
    span further left is taken.

    Args:
        windows: all windows of the questions, as `windows_of` gives them.
        scores: start and end score of each token of each window; finite.
    """
    if not windows:
        return []
    predictions: list[Prediction] = []
    for first, end in _runs_of_questions(windows):
        predictions += _decode_run(windows[first:end], scores[first:end], config)
    return predictions


def _runs_of_questions(windows: Sequence[Window]) -> Iterator[tuple[int, int]]:
    """[first, end) of the windows of so many questions as are decoded together."""
    numbers = np.array([window.number for window in windows], dtype=np.int64)
    begins = np.flatnonzero(np.diff(numbers, prepend=-1))[::_QUESTIONS_AT_ONCE]
    yield from zip(begins.tolist(), [*begins[1:].tolist(), len(windows)], strict=True)


def _decode_run(
    windows: Sequence[Window], scores: Sequence[Float[np.ndarray, "_ 2"]], config: QAConfig
) -> Iterator[Prediction]:
    spans = _allowed_spans(windows, scores, config)
    numbers = np.array([window.number for window in windows])
    order = np.lexsort((-spans.score, numbers[spans.window]))  # stable: ties stay in place
    numbers_in_order = numbers[spans.window[order]]
    for number in np.unique(numbers).tolist():
        first_window, end_window = np.searchsorted(numbers, [number, number + 1]).tolist()
        first, end = np.searchsorted(numbers_in_order, [number, number + 1]).tolist()
        null_score = min(float(score[0].sum()) for score in scores[first_window:end_window])
        window = windows[first_window]
        kept = _distinct(window, spans, order[first:end], config.num_best)
        yield _prediction(window.question, kept, null_score)


def _allowed_spans(
    windows: Sequence[Window], scores: Sequence[Float[np.ndarray, "_ 2"]], config: QAConfig
) -> _Spans:
    """All pairs of a good start and a good end that may be an answer."""
    longest = max(window.end - window.start for window in windows)
    padded = np.full((2, len(windows), longest), -np.inf, dtype=np.float32)
    for row, (window, score) in enumerate(zip(windows, scores, strict=True)):
        pieces = score[len(window.prefix) : -1].T  # (2, pieces)
        padded[0, row, : pieces.shape[1]] = np.where(window.has_most_context, pieces[0], -np.inf)
        padded[1, row, : pieces.shape[1]] = pieces[1]
    starts, ends = (_largest(side, config.num_best) for side in padded)  # (windows, best)
    start_scores, end_scores = (
        np.take_along_axis(side, best, axis=1)
        for side, best in zip(padded, (starts, ends), strict=True)
    )
    sums = start_scores[:, :, None] + end_scores[:, None, :]  # (windows, starts, ends)
    num_pieces = ends[:, None, :] - starts[:, :, None] + 1
    allowed = (num_pieces >= 1) & (num_pieces <= config.max_answer_pieces) & np.isfinite(sums)
    row, i, j = np.nonzero(allowed)
    offset = np.array([window.start for window in windows])[row]
    return _Spans(row, starts[row, i] + offset, ends[row, j] + offset, sums[row, i, j])


def _largest(values: Float[np.ndarray, "rows n"], count: int) -> Int[np.ndarray, "rows best"]:
    """Positions of the `count` largest of each row, ascending; of equals those further left."""
    count = min(count, values.shape[1])
    if count == 0:
        return np.zeros((len(values), 0), dtype=np.int64)
    least = -np.partition(-values, count - 1, axis=1)[:, count - 1 : count]
    above, equal = values > least, values == least
    room = count - above.sum(axis=1, keepdims=True)
    chosen: Bool[np.ndarray, "rows n"] = above | (equal & (np.cumsum(equal, axis=1) <= room))
    return np.nonzero(chosen)[1].reshape(len(values), count)


def _distinct(
    window: Window, spans: _Spans, best_first: Int[np.ndarray, " some"], num_best: int
) -> list[tuple[str, int, int, float]]:
    """The best spans of different text, as (text, start, end, score)."""
    kept: dict[str, tuple[str, int, int, float]] = {}
    for i in best_first:
        start = int(window.passage.starts[spans.first[i]])
        end = int(window.passage.ends[spans.last[i]])
        text = window.question.context[start:end]
        if text not in kept:
            kept[text] = (text, start, end, float(spans.score[i]))
            if len(kept) == num_best:
                break
    return list(kept.values())


def _prediction(
    question: Question, kept: list[tuple[str, int, int, float]], null_score: float
) -> Prediction:
    if not kept:
        return Prediction(question.id, "", 0, 0, null_score, null_score, (), 1.0)
    weights = [math.exp(score - kept[0][3]) for *_, score in kept]
    total = sum(weights)
    candidates = tuple(
        Candidate(*span, weight / total) for span, weight in zip(kept, weights, strict=True)
    )
    text, start, end, score = kept[0]
    probability = candidates[0].probability
    return Prediction(question.id, text, start, end, score, null_score, candidates, probability)
