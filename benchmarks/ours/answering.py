"""Question answering: windows, answers, and fine-tuning on one batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.multiprocessing
from torch import Tensor

from benchmarks.ours.model import SEED, config, published_state
from benchmarks.workload import Size
from spanbert.model.pretraining import initialize
from spanbert.tasks.config import QAConfig
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.finetune import finetune
from spanbert.tasks.qa.answers import Prediction, decode_answers
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.features import AskedQuestions, Windows, batch_of_rows
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.layout import lay_out
from spanbert.tasks.qa.predict import QuestionAnswerer
from spanbert.tokenizer.subword import SubwordTokenizer
from spanbert.training.memory import keep_freed_memory


def questions_in(path: Path) -> list[Question]:
    """The questions of a SQuAD file."""
    return read_questions(path).questions


def answering_config(max_length: int, **changes: Any) -> QAConfig:
    """Settings of question answering; no question is cut."""
    return QAConfig(max_length=max_length, max_question_pieces=max_length // 2, **changes)


def windows_overlapping(
    questions: Sequence[Question], tokenizer: SubwordTokenizer, config: QAConfig, overlap: int
) -> Windows:
    """The windows of questions; the step of each is what makes its windows overlap by so much."""
    encoder = TextEncoder(tokenizer)
    contexts, context_of = encoder.encode_distinct([q.context for q in questions])
    asked = AskedQuestions.of(questions, encoder, config)
    layout = lay_out(contexts.lengths[context_of], asked.rooms, asked.rooms - overlap)
    return asked.windows(contexts, context_of, layout)


@dataclass(frozen=True)
class WindowTensors:
    """All that a model reads of windows, end to end."""

    token_ids: Tensor
    token_type_ids: Tensor
    lengths: tuple[int, ...]
    targets: Tensor  # (windows, 2)


def window_tensors(windows: Windows) -> WindowTensors:
    """All windows as one batch."""
    batch = batch_of_rows(windows, np.arange(len(windows)), torch.device("cpu"))
    return WindowTensors(
        batch.token_ids, batch.token_type_ids, batch.packing.lengths, batch.targets
    )


def best_seen(windows: Windows) -> list[dict[str, bool]]:
    """For each window the positions of the pieces that it shows best, as stock code has them."""
    layout = windows.layout
    shifts = windows.first_pieces - layout.starts
    rows = zip(
        (layout.best_starts + shifts).tolist(), (layout.best_ends + shifts).tolist(), strict=True
    )
    return [{str(place): True for place in range(first, end)} for first, end in rows]


def answers_of(windows: Windows, scores: np.ndarray, config: QAConfig) -> list[Prediction]:
    """The answers and the runners-up by (tokens, 2) scores."""
    return decode_answers(windows, scores, config)


class Answering:
    """A fresh question answering model, fine-tuned on one batch."""

    def __init__(
        self,
        size: Size,
        tokenizer: SubwordTokenizer,
        qa: QAConfig,
        *,
        dropout: float = 0.1,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        sizes = config(size, dropout=dropout).model
        model = QuestionAnsweringModel(replace(sizes, vocab_size=tokenizer.vocab_size))
        initialize(model, initializer_range, SEED)
        self._answerer, self._config = QuestionAnswerer(model, tokenizer, qa), qa

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return published_state(self._answerer.model)

    def train(self, windows: Windows, rows: Sequence[int], steps: int) -> dict[str, float]:
        """So many steps on one batch; the last one's loss, and its gradient's norm before clipping.

        It is the loop that fine-tunes, with the making of its optimizer.
        """
        recipe = replace(self._config, epochs=steps, batch_size=len(rows), learning_rate=1e-6)
        told: dict[str, float] = {}

        def log(step: int, metrics: dict[str, float]) -> None:
            told.update(metrics)

        finetune(self._answerer, [windows[row] for row in rows], recipe, SEED, log=log)
        return told
