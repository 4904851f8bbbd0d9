"""A fine-tuned model with its tokenizer: questions and contexts -> answers.

The task as one object: `QuestionAnswerer` puts `features.py`, `head.py` and `answers.py` together,
for `train.py` as well as for a user. `prediction_files.py` writes what it says.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from spanbert.errors import NumericsError
from spanbert.model.published import load_whole, model_config_of
from spanbert.progress import Say, silent
from spanbert.shapes import Float
from spanbert.storage import MANIFEST, verify
from spanbert.tasks.config import QAConfig
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.ledger import tell_skipped
from spanbert.tasks.qa.answers import Prediction, decode_answers, merged, shifted
from spanbert.tasks.qa.cuts import blocks_of, parts_of
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.features import Window, Windows, batch_of, batch_of_rows, windows_of
from spanbert.tasks.qa.head import QuestionAnsweringModel, answer_loss
from spanbert.tasks.qa.long_context import windows_of_parts
from spanbert.tasks.qa.prediction_files import write_predictions
from spanbert.tasks.qa.settings import read_decoding
from spanbert.tasks.qa.settings import write_decoding as write_decoding
from spanbert.tasks.task import Task, preferred_device
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_LONG_CHARACTERS = 1 << 15  # of a context that is read in parts
_CHARACTERS_AT_ONCE = 1 << 18  # of other contexts, counted for each question
_QUESTIONS_AT_ONCE = 32  # about one long context


class QuestionAnswerer(Task[Question, Window, Prediction]):
    """Extractive question answering.

    Args:
        model: on the device that it is to run on.
        config: lengths, decoding and the number of windows in a batch.
        null_threshold: the answer is empty where the margin of having none is above it; None: the
            model always answers.
    """

    def __init__(
        self,
        model: QuestionAnsweringModel,
        tokenizer: SubwordTokenizer,
        config: QAConfig,
        null_threshold: float | None = None,
    ) -> None:
        self._model, self._tokenizer, self._config = model, tokenizer, config
        self.null_threshold = null_threshold

    @classmethod
    def load(cls, folder: Path) -> "QuestionAnswerer":
        """The model in a folder: a published one, which is verified, or a stock one.

        Raises:
            CheckpointError: it is not a question answering model, or its parts do not fit.
            IntegrityError: a file of a published model differs from its digest.
        """
        if (folder / MANIFEST).is_file():
            verify(folder, "model")
        sizes = model_config_of(folder)
        model = QuestionAnsweringModel(sizes)
        remedy = "pass a folder made by `spanbert finetune qa`"
        load_whole(model, folder, "question answering", remedy)
        config, threshold = read_decoding(folder, sizes.max_positions)
        return cls(model.to(preferred_device()), load_tokenizer(folder), config, threshold)

    @property
    def model(self) -> QuestionAnsweringModel:
        """Encoder and head."""
        return self._model

    def answer(self, questions: Sequence[tuple[str, str]]) -> list[Prediction]:
        """The answer to each (question, context), in order; ids are "0", "1" and so on."""
        return self.predictions(
            [Question(str(i), text, context) for i, (text, context) in enumerate(questions)]
        )

    def features(self, examples: Sequence[Question]) -> Windows:
        """The windows of the questions."""
        return windows_of(examples, self._tokenizer, self._config)

    def loss(self, batch: Sequence[Window]) -> Float[Tensor, ""]:
        """Mean cross-entropy of the start and end of the answers."""
        inputs = batch_of(batch, self._device)
        scores = self.model(inputs.token_ids, inputs.packing, inputs.token_type_ids)
        return answer_loss(scores, inputs.packing, inputs.targets)

    def predictions(self, examples: Sequence[Question]) -> list[Prediction]:
        """The answer to each question, in order.

        Raises:
            NumericsError: a score is not finite.
        """
        return list(self.stream(examples))

    def stream(self, questions: Iterable[Question]) -> Iterator[Prediction]:
        """The answer to each question, in order, in memory that does not grow with their number.

        Nor does it grow with a context's length, but for the context itself.

        Raises:
            NumericsError: a score is not finite.
        """
        for group in _groups(questions):
            context = group[0].context
            if len(context) > _LONG_CHARACTERS:
                yield from self.about_text(group, blocks_of(context))
            else:
                yield from self._decode(self.features(group))

    def about_text(self, questions: Sequence[Question], blocks: Iterable[str]) -> list[Prediction]:
        """The answer to each question about one text that is not kept, as from a large file.

        The questions' contexts are not looked at. A text is in memory as a whole only where its
        tokenizer looks across spaces.

        Args:
            blocks: the text, cut anywhere.

        Raises:
            NumericsError: a score is not finite.
        """
        encoder = TextEncoder(self._tokenizer)
        parts = parts_of(blocks, cuts_at_spaces=self._tokenizer.cuts_at_spaces)
        found: dict[int, Prediction] = {}
        for windows, shift in windows_of_parts(questions, parts, encoder, self._config):
            asked = np.unique(windows.layout.contexts).tolist()
            for n, prediction in zip(asked, self._decode(windows), strict=True):
                both = [*([found[n]] if n in found else []), shifted(prediction, shift)]
                found[n] = merged(both, self._config.num_best, self.null_threshold)
        return [found[n] for n in range(len(questions))]

    def _decode(self, windows: Windows) -> list[Prediction]:
        return decode_answers(windows, self._score(windows), self._config, self.null_threshold)

    @property
    def _device(self) -> torch.device:
        return self.model.qa_outputs.weight.device

    @torch.no_grad()
    def _score(self, windows: Windows) -> Float[np.ndarray, "tokens 2"]:
        """Start and end scores of all windows' tokens; windows of like length share a batch."""
        self.model.eval()
        order = np.argsort(windows.lengths, kind="stable")
        ends = np.cumsum(windows.lengths)
        scores = np.empty((int(windows.lengths.sum()), 2), dtype=np.float32)
        for first in range(0, len(order), self._config.batch_size):
            rows = order[first : first + self._config.batch_size]
            inputs = batch_of_rows(windows, rows, self._device)
            flat = self.model(inputs.token_ids, inputs.packing, inputs.token_type_ids)
            if not torch.isfinite(flat).all():
                example = windows[int(rows[0])].example_id
                raise NumericsError(
                    f"scores are not finite in the batch of question {example!r}",
                    remedy="train the model again, with a lower learning rate",
                )
            shares = flat.float().cpu().numpy()
            own_ends = np.cumsum(inputs.packing.lengths)
            for row, part in zip(rows, np.split(shares, own_ends[:-1]), strict=True):
                scores[ends[row] - len(part) : ends[row]] = part
        return scores


def predict_file(
    model_folder: Path,
    input_file: Path,
    output_file: Path,
    *,
    nbest_file: Path | None = None,
    odds_file: Path | None = None,
    say: Say = silent,
) -> int:
    """Answer the questions of a file; returns how many there are.

    `prediction_files.py` has the layouts; the files appear whole or not at all.

    Args:
        say: hears what was left out of the input.

    Raises:
        ConfigError: two of the files are the same.
        CheckpointError, IntegrityError: as `QuestionAnswerer.load`.
        DataError: the input cannot be used.
        NumericsError: a score is not finite.
        StorageError: an output cannot be written.
    """
    require_distinct(input_file, output_file, nbest_file, odds_file)
    file = read_questions(input_file, need_answers=False)
    tell_skipped(input_file, file.skipped, say)
    predictions = QuestionAnswerer.load(model_folder).stream(file.questions)
    return write_predictions(predictions, output_file, nbest_file, odds_file)


def _groups(questions: Iterable[Question]) -> Iterator[list[Question]]:
    """Neighbours that are answered together: about one long context, or about short ones."""
    for is_long, run in groupby(questions, lambda q: len(q.context) > _LONG_CHARACTERS):
        group, num_characters = list[Question](), 0
        for question in run:
            if group and (
                question.context != group[0].context or len(group) == _QUESTIONS_AT_ONCE
                if is_long
                else num_characters + len(question.context) > _CHARACTERS_AT_ONCE
            ):
                yield group
                group, num_characters = [], 0
            group.append(question)
            num_characters += len(question.context) + len(question.question)
        yield group
