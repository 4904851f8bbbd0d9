"""Answers by characters -> the pieces that hold them, and where those are in each window."""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.encoding import EncodedTexts
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.layout import Layout

_LONGEST = 1 << 40  # characters: more than a context has


def answer_pieces(
    questions: Sequence[Question], contexts: EncodedTexts, context_of: Int[np.ndarray, " questions"]
) -> tuple[Int[np.ndarray, " questions"], Int[np.ndarray, " questions"]]:
    """The fewest pieces [first, end) of each context that hold every character of the answer.

    The first answer counts: training files have one, and others begin with the main one. Characters
    that are in no piece are passed over. Without an answer, first is not below end.
    """
    own = [q.answers[0] if q.answers else None for q in questions]
    starts = np.array([answer.start if answer else _LONGEST for answer in own], dtype=np.int64)
    lengths = np.array([len(answer.text) if answer else 0 for answer in own], dtype=np.int64)
    text = np.repeat(np.arange(len(contexts.bounds) - 1), contexts.lengths)
    begins, begin = text * 2 * _LONGEST, context_of * 2 * _LONGEST  # so that all are in order
    first = np.searchsorted(contexts.ends + begins, starts + begin, side="right")
    end = np.searchsorted(contexts.starts + begins, starts + lengths + begin, side="left")
    return first - contexts.bounds[context_of], end - contexts.bounds[context_of]


def window_targets(
    questions: Sequence[Question],
    contexts: EncodedTexts,
    context_of: Int[np.ndarray, " questions"],
    layout: Layout,
    first_pieces: Int[np.ndarray, " windows"],
) -> Int[np.ndarray, "windows 2"]:
    """Positions of the first and last piece of the answer in each window; (0, 0) is [CLS].

    It is the target of every window that does not hold the whole answer.

    Args:
        first_pieces: position of the context's first piece in each window.
    """
    first, end = (side[layout.contexts] for side in answer_pieces(questions, contexts, context_of))
    is_inside = (layout.starts <= first) & (first < end) & (end <= layout.ends)
    shift = first_pieces - layout.starts
    return np.where(is_inside[:, None], np.stack([first + shift, end - 1 + shift], axis=1), 0)
