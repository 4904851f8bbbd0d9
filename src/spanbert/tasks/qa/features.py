"""Questions -> windows: `[CLS] question [SEP] part of the context [SEP]` (SpanBERT, section 4.1).

A context is tokenized once, however many questions it has, and windows share its pieces. The step
between windows is counted from start to start, not as the overlap. `answers.py` goes back to text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from spanbert.model.packing import Packing
from spanbert.shapes import Bool, Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import Answer, Question
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

_TEXTS_AT_ONCE = 512  # tokenized in one call, which bounds what the tokenizer holds
_LENGTH_BONUS = 0.01  # a longer window wins where the context around a piece is equal


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One input of the model: a question and the pieces [start, end) of its context."""

    number: int  # of the question among those that were given
    question: Question
    prefix: Int[np.ndarray, " prefix"]  # [CLS] question [SEP]
    passage: Encoding  # of the whole context
    start: int
    end: int
    has_most_context: Bool[np.ndarray, " pieces"]  # no other window shows more around this piece
    targets: tuple[int, int]  # positions of the first and last piece of the answer; (0, 0), which
    # is [CLS], when the whole answer is not in here

    @property
    def example_id(self) -> str:
        """The question's id."""
        return self.question.id

    @property
    def num_tokens(self) -> int:
        """Pieces of all parts, with the final [SEP]."""
        return len(self.prefix) + self.end - self.start + 1

    @property
    def token_ids(self) -> Int[np.ndarray, " tokens"]:
        """What the model reads."""
        pieces = self.passage.ids[self.start : self.end]
        return np.concatenate([self.prefix, pieces, self.prefix[-1:]])


@dataclass(frozen=True)
class WindowBatch:
    """Windows laid end to end, on the model's device."""

    token_ids: Int[Tensor, " tokens"]
    token_type_ids: Int[Tensor, " tokens"]  # 0 up to the first [SEP], 1 after it
    packing: Packing
    targets: Int[Tensor, "batch 2"]


def windows_of(
    questions: Sequence[Question], tokenizer: SubwordTokenizer, config: QAConfig
) -> list[Window]:
    """The windows of all questions: in the questions' order, and from left to right."""
    passages = _encode_distinct([q.context for q in questions], tokenizer)
    asked = _encode_distinct([q.question for q in questions], tokenizer)
    windows: list[Window] = []
    for number, question in enumerate(questions):
        ids = asked[question.question].ids[: config.max_question_pieces]
        prefix = np.concatenate([np.array([tokenizer.cls_id]), ids, np.array([tokenizer.sep_id])])
        windows += _question_windows(number, question, prefix, passages[question.context], config)
    return windows


def answer_pieces(passage: Encoding, answer: Answer) -> tuple[int, int]:
    """The fewest pieces [first, end) that hold every character of an answer that is in a piece."""
    answer_end = answer.start + len(answer.text)
    first = np.searchsorted(passage.ends, answer.start, side="right")
    end = np.searchsorted(passage.starts, answer_end, side="left")
    return int(first), int(end)


def window_spans(num_pieces: int, room: int, step: int) -> list[tuple[int, int]]:
    """The [start, end) of each window over a context; together they leave out no piece.

    Args:
        room: pieces of the context that fit into a window.
        step: from one start to the next; never more than `room` is used.
    """
    step = min(step, room)
    last = max(0, num_pieces - room)  # the first start from which the end is in sight
    return [(start, min(start + room, num_pieces)) for start in range(0, last + step, step)]


def most_context_window(num_pieces: int, spans: Sequence[tuple[int, int]]) -> Int[np.ndarray, " n"]:
    """For each piece the number of the window that shows the most on its poorer side.

    Windows are compared by min(pieces to the left, pieces to the right) + 0.01 * window length; of
    equals the first is taken.
    """
    best = np.full(num_pieces, -1.0)
    owner = np.zeros(num_pieces, dtype=np.int64)
    for number, (start, end) in enumerate(spans):
        left = np.arange(end - start)
        score = np.minimum(left, left[::-1]) + _LENGTH_BONUS * (end - start)
        better = start + np.flatnonzero(score > best[start:end])
        best[better] = score[better - start]
        owner[better] = number
    return owner


def batch_of(windows: Sequence[Window], device: torch.device) -> WindowBatch:
    """The windows in this order, as tensors."""
    lengths = [(len(w.prefix), w.num_tokens - len(w.prefix)) for w in windows]
    token_types = np.repeat(np.tile([0, 1], len(windows)), np.ravel(lengths))
    token_ids = np.concatenate([w.token_ids for w in windows])
    return WindowBatch(
        token_ids=torch.from_numpy(token_ids).to(device),
        token_type_ids=torch.from_numpy(token_types).to(device),
        packing=Packing(tuple(w.num_tokens for w in windows)),
        targets=torch.tensor([w.targets for w in windows], device=device),
    )


def _encode_distinct(texts: Sequence[str], tokenizer: SubwordTokenizer) -> dict[str, Encoding]:
    distinct = list(dict.fromkeys(texts))
    encodings: dict[str, Encoding] = {}
    for first in range(0, len(distinct), _TEXTS_AT_ONCE):
        chunk = distinct[first : first + _TEXTS_AT_ONCE]
        encodings |= zip(chunk, tokenizer.encode_batch(chunk), strict=True)
    return encodings


def _question_windows(
    number: int,
    question: Question,
    prefix: Int[np.ndarray, " prefix"],
    passage: Encoding,
    config: QAConfig,
) -> Iterator[Window]:
    # the first answer is the target: training files have one, and others begin with the main one
    pieces = answer_pieces(passage, question.answers[0]) if question.answers else (0, 0)
    room = config.max_length - len(prefix) - 1
    for start, end, has_most_context in _layout(len(passage.ids), room, config.window_step):
        targets = (0, 0)
        if start <= pieces[0] < pieces[1] <= end:
            shift = len(prefix) - start
            targets = (pieces[0] + shift, pieces[1] - 1 + shift)
        yield Window(number, question, prefix, passage, start, end, has_most_context, targets)


@lru_cache(maxsize=4096)  # contexts of one length and questions of one length share it
def _layout(
    num_pieces: int, room: int, step: int
) -> list[tuple[int, int, Bool[np.ndarray, " pieces"]]]:
    """The windows over a context, each with the pieces that it shows best."""
    spans = window_spans(num_pieces, room, step)
    owner = most_context_window(num_pieces, spans)
    return [(start, end, owner[start:end] == i) for i, (start, end) in enumerate(spans)]
