"""Scores of all windows -> one answer for each question, with the runners-up.

The text is cut from the context by character offsets, so it always stands there as written.
`features.py` makes the windows, `head.py` the scores, `spans.py` chooses among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from spanbert.shapes import Float, Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.candidates import NO_ANSWER, Candidates, CandidateTable
from spanbert.tasks.qa.candidates import Candidate as Candidate
from spanbert.tasks.qa.features import Windows
from spanbert.tasks.qa.spans import Spans, best_spans, padded_scores

_QUESTIONS_AT_ONCE = 128  # decoded together, which bounds memory and stays in the caches


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer to a question; empty where the model says that there is none.

    It is also empty where the context has no piece that could be an answer.
    """

    id: str
    text: str
    start: int  # character offsets in the context
    end: int
    score: float
    null_score: float  # of having no answer: least score of [CLS] over the windows
    candidates: Sequence[Candidate]  # distinct texts, best first; none of them is empty
    probability: float  # of the answer that is given
    null: Candidate = NO_ANSWER  # as scored; its probability is 0 where the model always answers

    @property
    def no_answer_margin(self) -> float:
        """By how much having no answer beats the best one; 0 where there is none to beat."""
        return self.null_score - self.candidates[0].score if self.candidates else 0.0


def decode_answers(
    windows: Windows,
    scores: Float[np.ndarray, "tokens 2"],
    config: QAConfig,
    null_threshold: float | None = None,
) -> list[Prediction]:
    """The best answer to each question that has a window, in the questions' order.

    Args:
        scores: start and end score of each token of all windows, end to end; finite.
        null_threshold: the answer is empty where the margin of having none is above it; None: the
            model always answers.
    """
    predictions: list[Prediction] = []
    ends = np.concatenate([[0], np.cumsum(windows.lengths)])
    for first, end in _runs_of_questions(windows.layout.contexts):
        padded = padded_scores(scores[ends[first] : ends[end]], windows.lengths[first:end])
        predictions += _decode_run(windows, slice(first, end), padded, config, null_threshold)
    return predictions


def merged(parts: Sequence[Prediction], num_best: int, null_threshold: float | None) -> Prediction:
    """One prediction of several for one question, each from other windows, in their order."""
    candidates: dict[str, Candidate] = {}
    for one in sorted((one for part in parts for one in part.candidates), key=lambda c: -c.score):
        candidates.setdefault(one.text, one)
    best = list(candidates.values())[:num_best]
    null = min((part.null for part in parts), key=lambda one: one.score)
    shares, null_shares = _probabilities(
        np.array([one.score for one in best]),
        np.array([0]),
        np.array([null.score]) if null_threshold is not None else None,
    )
    weighed = (one._replace(probability=p) for one, p in zip(best, shares.tolist(), strict=True))
    null = null._replace(probability=float(null_shares[0]))
    return _prediction(parts[0].id, tuple(weighed), null, null_threshold)


def shifted(prediction: Prediction, by: int) -> Prediction:
    """The candidates where the context was cut out of a text, `by` characters behind its start."""
    moved = (one._replace(start=one.start + by, end=one.end + by) for one in prediction.candidates)
    return replace(prediction, candidates=tuple(moved))


def _runs_of_questions(numbers: Int[np.ndarray, " windows"]) -> Iterator[tuple[int, int]]:
    """[first, end) of the windows of so many questions as are decoded together."""
    begins = np.flatnonzero(np.diff(numbers, prepend=-1))[::_QUESTIONS_AT_ONCE]
    yield from pairwise([*begins.tolist(), len(numbers)])


def _decode_run(
    windows: Windows,
    rows: slice,
    padded: Float[np.ndarray, "2 windows longest"],
    config: QAConfig,
    null_threshold: float | None,
) -> Iterator[Prediction]:
    begins = np.flatnonzero(np.diff(windows.layout.contexts[rows], prepend=-1))
    questions = [windows.questions[n] for n in windows.layout.contexts[rows][begins].tolist()]
    numbers = np.repeat(np.arange(len(begins)), np.diff(begins, append=padded.shape[1]))
    spans = best_spans(windows, rows, numbers, padded, config)
    texts, places, firsts = _distinct([q.context for q in questions], spans, config.num_best)
    of_cls = _least_liked(padded[:, :, 0], numbers)  # (2, questions)
    null_scores = of_cls.sum(axis=0)
    shares, null_shares = _probabilities(
        spans.scores[places], firsts, null_scores if null_threshold is not None else None
    )
    sides = (spans.start_scores[places], spans.end_scores[places])
    table = CandidateTable(
        texts, spans.starts[places], spans.ends[places], spans.scores[places], shares, *sides
    )
    zeros = np.zeros_like(firsts)
    nulls = CandidateTable([""] * len(firsts), zeros, zeros, null_scores, null_shares, *of_cls)
    bounds = [*firsts.tolist(), len(texts)]
    for n, null in enumerate(nulls.rows(slice(None))):
        own = Candidates(table, bounds[n], bounds[n + 1])
        yield _prediction(questions[n].id, own, null, null_threshold)


def _distinct(
    contexts: Iterable[str], spans: Spans, num_best: int
) -> tuple[list[str], Int[np.ndarray, " kept"], Int[np.ndarray, " questions"]]:
    """The best spans of different text: texts, places among the spans, first one by question."""
    bounds, starts, ends = spans.bounds.tolist(), spans.starts.tolist(), spans.ends.tolist()
    texts, places, firsts = list[str](), list[int](), list[int]()
    for n, context in enumerate(contexts):
        kept: dict[str, int] = {}
        for i in range(bounds[n], bounds[n + 1]):
            text = context[starts[i] : ends[i]]
            if text not in kept:
                kept[text] = i
                if len(kept) == num_best:
                    break
        firsts.append(len(texts))
        texts += kept
        places += kept.values()
    return texts, np.array(places, dtype=np.int64), np.array(firsts)


def _least_liked(
    of_cls: Float[np.ndarray, "2 windows"], numbers: Int[np.ndarray, " windows"]
) -> Float[np.ndarray, "2 questions"]:
    """For each question the scores of [CLS] in the window where their sum is least."""
    order = np.lexsort((of_cls.sum(axis=0), numbers))
    return of_cls[:, order[np.flatnonzero(np.diff(numbers[order], prepend=-1))]]


def _probabilities(
    scores: Float[np.ndarray, " candidates"],
    firsts: Int[np.ndarray, " questions"],
    null_scores: Float[np.ndarray, " questions"] | None,
) -> tuple[Float[np.ndarray, " candidates"], Float[np.ndarray, " questions"]]:
    """Softmax over each question's candidates, and its empty answer where it may be given.

    Args:
        scores: best first for each question.
        firsts: where each question's candidates begin.

    Returns:
        The probability of each candidate, and of each empty answer.
    """
    nulls = np.full(len(firsts), -np.inf) if null_scores is None else null_scores.astype(np.float64)
    counts = np.diff(firsts, append=len(scores))
    owners = np.repeat(np.arange(len(firsts)), counts)
    tops = np.maximum(nulls, np.append(scores, 0.0)[firsts])
    tops[counts == 0] = nulls[counts == 0]  # what was there was another question's
    weights = np.exp(scores.astype(np.float64) - tops[owners])
    null_weights = np.exp(nulls - np.nan_to_num(tops, neginf=0.0))
    totals = np.bincount(owners, weights, minlength=len(firsts)) + null_weights
    totals[totals == 0] = 1.0  # nothing that could be an answer
    return weights / totals[owners], null_weights / totals


def _prediction(
    question_id: str,
    candidates: Sequence[Candidate],
    null: Candidate,
    null_threshold: float | None,
) -> Prediction:
    given = candidates[0] if candidates else null
    if null_threshold is not None and null.score - given.score > null_threshold:
        given = null
    return Prediction(
        question_id,
        given.text,
        given.start,
        given.end,
        given.score,
        null.score,
        candidates,
        given.probability,
        null,
    )
