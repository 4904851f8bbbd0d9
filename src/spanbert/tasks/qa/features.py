"""Questions -> windows: `[CLS] question [SEP] part of the context [SEP]` (SpanBERT, section 4.1).

All windows lie in a few arrays; a `Window` is a view of one. Contexts and questions are tokenized
once, however often they come, and windows share their pieces. With `passage_first` the context
stands before the question. `layout.py` says where windows begin, `answers.py` goes back to text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsIndex, overload

import numpy as np
import torch
from torch import Tensor

from spanbert.model.packing import Packing
from spanbert.shapes import Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.encoding import EncodedTexts, TextEncoder
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.layout import Layout, lay_out
from spanbert.tasks.qa.targets import window_targets
from spanbert.tokenizer.subword import SubwordTokenizer

_NUM_SPECIALS = 3  # [CLS] and two [SEP]
_CLS, _SEP = 0, 1  # their places in the pool of ids


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One input of the model: a question and the pieces [start, end) of its context."""

    source: "Windows"
    row: int

    @property
    def question(self) -> Question:
        """What is asked, and about what."""
        return self.source.questions[self.source.layout.contexts[self.row]]

    @property
    def example_id(self) -> str:
        """The question's id."""
        return self.question.id

    @property
    def num_tokens(self) -> int:
        """Pieces of both parts and the special tokens."""
        return int(self.source.lengths[self.row])


@dataclass(frozen=True, eq=False)
class Windows(Sequence[Window]):
    """The windows of questions: in the questions' order, and from left to right.

    Attributes:
        layout: where they lie over the contexts; each question has a context of its own there.
        contexts: pieces of the distinct contexts.
        context_of: which of them each question is about.
    """

    questions: Sequence[Question]
    contexts: EncodedTexts
    context_of: Int[np.ndarray, " questions"]
    layout: Layout
    lengths: Int[np.ndarray, " windows"]  # tokens of each, special ones included
    first_pieces: Int[np.ndarray, " windows"]  # position of the context's first piece in a window
    targets: Int[np.ndarray, "windows 2"]  # positions of the first and last piece of the answer;
    # (0, 0), which is [CLS], where the whole answer is not in the window
    _pool: Int[np.ndarray, " pool"]  # [CLS], [SEP], then the pieces of questions and contexts
    _part_starts: Int[np.ndarray, "windows 5"]  # of the parts of a window in the pool
    _part_lengths: Int[np.ndarray, "windows 5"]

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Window: ...
    @overload
    def __getitem__(self, index: slice) -> list[Window]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Window | list[Window]:
        if isinstance(index, slice):
            return [Window(self, row) for row in range(*index.indices(len(self)))]
        return Window(self, range(len(self))[index])

    def token_ids(self, rows: Int[np.ndarray, " batch"]) -> Int[np.ndarray, " tokens"]:
        """What the model reads of some windows, end to end."""
        lengths = self._part_lengths[rows].ravel()
        shifts = self._part_starts[rows].ravel() - (np.cumsum(lengths) - lengths)
        return self._pool[np.repeat(shifts, lengths) + np.arange(lengths.sum())]

    def token_type_ids(self, rows: Int[np.ndarray, " batch"]) -> Int[np.ndarray, " tokens"]:
        """0 up to the first [SEP] of each window, 1 after it."""
        firsts = self._part_lengths[rows, :3].sum(axis=1)
        both = np.stack([firsts, self.lengths[rows] - firsts], axis=1).ravel()
        return np.repeat(np.tile([0, 1], len(rows)), both)


@dataclass(frozen=True)
class WindowBatch:
    """Windows laid end to end, on the model's device."""

    token_ids: Int[Tensor, " tokens"]
    token_type_ids: Int[Tensor, " tokens"]
    packing: Packing
    targets: Int[Tensor, "batch 2"]


def windows_of(
    questions: Sequence[Question], tokenizer: SubwordTokenizer, config: QAConfig
) -> Windows:
    """The windows of all questions."""
    encoder = TextEncoder(tokenizer)
    contexts, context_of = encoder.encode_distinct([q.context for q in questions])
    asked = AskedQuestions.of(questions, encoder, config)
    layout = lay_out(contexts.lengths[context_of], asked.rooms, config.window_step)
    return asked.windows(contexts, context_of, layout)


@dataclass(frozen=True, eq=False)
class AskedQuestions:
    """Questions as pieces, cut to their longest; their windows over contexts that come later."""

    questions: Sequence[Question]
    specials: tuple[int, int]  # [CLS] and [SEP]
    pieces: EncodedTexts  # of the distinct texts
    starts: Int[np.ndarray, " questions"]  # of each question among the pieces
    lengths: Int[np.ndarray, " questions"]
    rooms: Int[np.ndarray, " questions"]  # pieces of a context that fit beside each
    passage_first: bool

    @classmethod
    def of(
        cls, questions: Sequence[Question], encoder: TextEncoder, config: QAConfig
    ) -> "AskedQuestions":
        """Tokenize the questions, not their contexts."""
        pieces, number = encoder.encode_distinct([q.question for q in questions])
        lengths = np.minimum(pieces.lengths[number], config.max_question_pieces)
        return cls(
            questions,
            (encoder.tokenizer.cls_id, encoder.tokenizer.sep_id),
            pieces,
            pieces.bounds[number],
            lengths,
            config.max_length - _NUM_SPECIALS - lengths,
            config.passage_first,
        )

    def windows(
        self, contexts: EncodedTexts, context_of: Int[np.ndarray, " questions"], layout: Layout
    ) -> Windows:
        """The windows of a layout that has a context for each question, though texts be shared."""
        number, size = layout.contexts, layout.ends - layout.starts
        asked = self.lengths[number]
        first_pieces = np.full_like(asked, 1) if self.passage_first else asked + 2
        pool = np.concatenate([self.specials, self.pieces.ids, contexts.ids])
        in_pool = 2 + len(self.pieces.ids) + contexts.bounds[context_of[number]] + layout.starts
        parts = [(2 + self.starts[number], asked), (in_pool, size)]
        (one, num_ones), (two, num_twos) = parts[::-1] if self.passage_first else parts
        special, single = np.zeros_like(asked), np.ones_like(asked)
        return Windows(
            self.questions,
            contexts,
            context_of,
            layout,
            asked + size + _NUM_SPECIALS,
            first_pieces,
            window_targets(self.questions, contexts, context_of, layout, first_pieces),
            pool,
            np.stack([special + _CLS, one, special + _SEP, two, special + _SEP], axis=1),
            np.stack([single, num_ones, single, num_twos, single], axis=1),
        )


def batch_of(windows: Sequence[Window], device: torch.device) -> WindowBatch:
    """Windows of one source in this order, as tensors."""
    source = windows[0].source
    assert all(window.source is source for window in windows), "windows of different sources"
    return batch_of_rows(source, np.array([window.row for window in windows]), device)


def batch_of_rows(
    windows: Windows, rows: Int[np.ndarray, " batch"], device: torch.device
) -> WindowBatch:
    """Some windows in the order of their numbers here, as tensors."""
    return WindowBatch(
        token_ids=torch.from_numpy(windows.token_ids(rows)).to(device),
        token_type_ids=torch.from_numpy(windows.token_type_ids(rows)).to(device),
        packing=Packing(tuple(windows.lengths[rows].tolist())),
        targets=torch.from_numpy(windows.targets[rows]).to(device),
    )
