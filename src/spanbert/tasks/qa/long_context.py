"""Questions about one long text -> their windows, a few at a time, in memory that does not grow.

The text comes in parts. As soon as a window and the one behind it are whole, it is known what the
window shows best, so it is handed out, and the pieces that no later window needs are forgotten.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from spanbert.shapes import Bool, Int
from spanbert.tasks.config import QAConfig
from spanbert.tasks.encoding import EncodedTexts, TextEncoder
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import AskedQuestions, Windows
from spanbert.tasks.qa.layout import lay_out


class LongContext:
    """The pieces of a text that are still needed.

    Attributes:
        shift: characters that were forgotten; offsets are counted behind them.
        num_forgotten: pieces that were.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self.text, self.shift, self.num_forgotten = "", 0, 0
        self.pieces = encoder.encode([""])

    def append(self, part: str) -> None:
        """Take in what follows in the text."""
        new, begin = self._encoder.encode([part]), len(self.text)
        self.text += part
        self.pieces = _one_text(
            np.concatenate([self.pieces.ids, new.ids]),
            np.concatenate([self.pieces.starts, new.starts + begin]),
            np.concatenate([self.pieces.ends, new.ends + begin]),
        )

    def forget(self, num_pieces: int) -> None:
        """Drop so many of the first pieces, and the text before what is left."""
        if num_pieces == 0:
            return
        old, kept = self.pieces, slice(num_pieces, None)
        begin = int(old.starts[num_pieces]) if num_pieces < len(old.ids) else len(self.text)
        self.text = self.text[begin:]
        self.shift += begin
        self.num_forgotten += num_pieces
        self.pieces = _one_text(old.ids[kept], old.starts[kept] - begin, old.ends[kept] - begin)


def windows_of_parts(
    questions: Sequence[Question], parts: Iterable[str], encoder: TextEncoder, config: QAConfig
) -> Iterator[tuple[Windows, int]]:
    """All windows of questions about one text, in groups, and the text's characters before each.

    The questions of a group have what the windows need of the text for their context; each question
    has at least one window in some group.

    Args:
        parts: of the text; what the questions have for contexts is not looked at.
    """
    asked = AskedQuestions.of(questions, encoder, config)
    steps = np.minimum(config.window_step, asked.rooms)
    done = np.zeros(len(questions), dtype=np.int64)  # windows of each that were handed out
    context = LongContext(encoder)
    for part, is_last in _with_last(parts):
        context.append(part)
        windows = _next_windows(asked, steps, done, context, is_last)
        if len(windows):
            yield windows, context.shift
            done += np.bincount(windows.layout.contexts, minlength=len(questions))
        needed = int((np.maximum(done - 1, 0) * steps).min())
        context.forget(min(needed - context.num_forgotten, len(context.pieces.ids)))


def _next_windows(
    asked: AskedQuestions,
    steps: Int[np.ndarray, " questions"],
    done: Int[np.ndarray, " questions"],
    context: LongContext,
    is_last: bool,
) -> Windows:
    """The windows of each question behind those that are done.

    They are laid out from the last one that is done, which decides what the next one shows best. Of
    a text that goes on, the last two may still change.
    """
    skipped = np.maximum(done - 1, 0) * steps - context.num_forgotten
    layout = lay_out(len(context.pieces.ids) - skipped, asked.rooms, steps)
    before, behind = layout.places()
    chosen: Bool[np.ndarray, " windows"] = before >= (done > 0)[layout.contexts]
    chosen &= (behind >= 2) | is_last
    layout = layout[chosen].moved(skipped)
    questions = [
        replace(question, context=context.text, answers=()) for question in asked.questions
    ]
    asked = replace(asked, questions=questions)
    return asked.windows(context.pieces, np.zeros(len(questions), dtype=np.int64), layout)


def _with_last(parts: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each part, and whether it is the last one."""
    waiting = None
    for part in parts:
        if waiting is not None:
            yield waiting, False
        waiting = part
    yield waiting or "", True


def _one_text(
    ids: Int[np.ndarray, " pieces"],
    starts: Int[np.ndarray, " pieces"],
    ends: Int[np.ndarray, " pieces"],
) -> EncodedTexts:
    return EncodedTexts(ids, starts, ends, np.array([0, len(ids)]))
