"""A fine-tuned model with its tokenizer: questions and contexts -> answers.

The task as one object: `QuestionAnswerer` puts `features.py`, `head.py` and `answers.py` together,
for `train.py` as well as for a user.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from spanbert.errors import CheckpointError, ConfigError, NumericsError
from spanbert.model.published import load_whole, model_config_of
from spanbert.shapes import Float
from spanbert.storage import MANIFEST, verify, write_text_atomic
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.answers import Prediction, decode_answers
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.features import Window, batch_of, windows_of
from spanbert.tasks.qa.head import QuestionAnsweringModel, answer_loss
from spanbert.tasks.task import Task, preferred_device
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

DECODING_FILE = "qa_decoding.json"
# what prediction needs of the settings that a model was trained with
_DECODING_KEYS = (
    "max_length",
    "window_step",
    "max_question_pieces",
    "num_best",
    "max_answer_pieces",
)


class QuestionAnswerer(Task[Question, Window, Prediction]):
    """Extractive question answering.

    Args:
        model: on the device that it is to run on.
        config: lengths, decoding and the number of windows in a batch.
    """

    def __init__(
        self, model: QuestionAnsweringModel, tokenizer: SubwordTokenizer, config: QAConfig
    ) -> None:
        self._model, self._tokenizer, self._config = model, tokenizer, config
        self.null_threshold: float | None = None

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
        config = _read_decoding(folder, sizes.max_positions)
        answerer = cls(model.to(preferred_device()), load_tokenizer(folder), config)
        path = folder / DECODING_FILE
        raw = json.loads(path.read_text()) if path.is_file() else {}
        answerer.null_threshold = raw.get("null_threshold")
        return answerer

    @property
    def model(self) -> QuestionAnsweringModel:
        """Encoder and head."""
        return self._model

    def answer(self, questions: Sequence[tuple[str, str]]) -> list[Prediction]:
        """The answer to each (question, context), in order; ids are "0", "1" and so on."""
        return self.predictions(
            [Question(str(i), text, context) for i, (text, context) in enumerate(questions)]
        )

    def features(self, examples: Sequence[Question]) -> list[Window]:
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
        windows = self.features(examples)
        decoded = decode_answers(windows, self._score(windows), self._config)
        limit = math.inf if self.null_threshold is None else self.null_threshold
        return [p if p.no_answer_margin <= limit else replace(p, text="") for p in decoded]

    @property
    def _device(self) -> torch.device:
        return self.model.qa_outputs.weight.device

    @torch.no_grad()
    def _score(self, windows: Sequence[Window]) -> list[Float[np.ndarray, "_ 2"]]:
        """Start and end scores of each window; windows of like length share a batch."""
        self.model.eval()
        order = sorted(range(len(windows)), key=lambda i: windows[i].num_tokens)
        scores: list[Float[np.ndarray, "_ 2"]] = [np.empty((0, 2), np.float32)] * len(windows)
        for first in range(0, len(order), self._config.batch_size):
            numbers = order[first : first + self._config.batch_size]
            inputs = batch_of([windows[i] for i in numbers], self._device)
            flat = self.model(inputs.token_ids, inputs.packing, inputs.token_type_ids)
            if not torch.isfinite(flat).all():
                example = windows[numbers[0]].example_id
                raise NumericsError(
                    f"scores are not finite in the batch of question {example!r}",
                    remedy="check the model's weights, or train it again",
                )
            parts = flat.float().cpu().numpy()
            ends = np.cumsum(inputs.packing.lengths)
            for i, part in zip(numbers, np.split(parts, ends[:-1]), strict=True):
                scores[i] = part
        return scores


def predict_file(model_folder: Path, input_file: Path, output_file: Path) -> int:
    """Answer the questions of a SQuAD file; returns how many there are.

    The output is one JSON object, question id -> answer text, and appears whole or not at all.

    Raises:
        CheckpointError, IntegrityError: as `QuestionAnswerer.load`.
        DataError: the input cannot be used.
        StorageError: the output cannot be written.
    """
    questions = read_questions(input_file, need_answers=False).questions
    predictions = QuestionAnswerer.load(model_folder).predictions(questions)
    texts = {prediction.id: prediction.text for prediction in predictions}
    write_text_atomic(output_file, json.dumps(texts, ensure_ascii=False, indent=1) + "\n")
    return len(texts)


def write_decoding(folder: Path, config: QAConfig, null_threshold: float | None = None) -> None:
    """Keep beside a model what prediction with it needs."""
    values = {key: asdict(config)[key] for key in _DECODING_KEYS}
    values["null_threshold"] = null_threshold
    (folder / DECODING_FILE).write_text(json.dumps(values, indent=1) + "\n")


def _read_decoding(folder: Path, max_positions: int) -> QAConfig:
    """The settings kept with a model, or the defaults cut to the model's length."""
    path = folder / DECODING_FILE
    try:
        if not path.is_file():
            return QAConfig(max_length=min(QAConfig.max_length, max_positions))
        raw = json.loads(path.read_text())
        return QAConfig(**{key: raw[key] for key in _DECODING_KEYS})
    except (ConfigError, OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"decoding settings cannot be used ({error})",
            place=str(path),
            remedy="correct the file or fine-tune again",
        ) from error
