"""How MLflow loads a question answering model: the `loader_module` of its MLmodel file."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.registry.deadline import Clock, check_time, time_limit
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import told_to_client
from spanbert.registry.rows import texts_of
from spanbert.tasks.qa.answers import Prediction
from spanbert.tasks.qa.predict import QuestionAnswerer


class QuestionAnsweringModel:
    """Takes rows of question and context; gives a row for each, with the answer and how sure it is.

    Args:
        answerer: its model calls `check_time` before each batch from now on.
        clock: tells the time that a request takes.
    """

    def __init__(
        self, answerer: QuestionAnswerer, limits: Limits, clock: Clock = time.monotonic
    ) -> None:
        self._answerer, self._limits, self._clock = answerer, limits, clock
        answerer.model.encoder.register_forward_pre_hook(check_time)

    def predict(
        self, model_input: Any, params: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Answer each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the columns question and context.
            params: `num_best`, how many of the best candidates to tell; 0 for the answer alone.

        Returns:
            For each row text, start, end (character offsets in the context; an empty text is the
            answer that there is none), score, probability, no_answer_margin (what having no answer
            scores above the best answer; None where no answer is possible), and candidates.

        Raises:
            RequestError: a column is missing, a limit is passed, or the model fails.
        """
        with told_to_client(), time_limit(self._limits.timeout_s, self._clock):
            num_best = (params or {}).get("num_best", 0)
            if num_best < 0:
                raise DataError(f"num_best = {num_best} < 0", remedy="ask for 0 or more candidates")
            texts = texts_of(model_input, ("question", "context"), self._limits)
            answers = self._answerer.answer([(question, context) for question, context in texts])
            return [_row(answer, num_best) for answer in answers]


def _row(answer: Prediction, num_best: int) -> dict[str, Any]:
    margin = answer.no_answer_margin if answer.candidates else None
    row = _told(answer) | {"no_answer_margin": margin}
    if not num_best:
        return row
    return row | {"candidates": [_told(candidate) for candidate in answer.candidates[:num_best]]}


def _told(span: Any) -> dict[str, Any]:
    """What a prediction and a candidate have in common."""
    names = ("text", "start", "end", "score", "probability")
    return {name: getattr(span, name) for name in names}


def _load_pyfunc(
    data_path: str, model_config: Mapping[str, Any] | None = None
) -> QuestionAnsweringModel:
    """Called by MLflow with the folder of the model's files, and the limits if they were saved."""
    limits = Limits.of(model_config)
    return QuestionAnsweringModel(QuestionAnswerer.load(Path(data_path)), limits)
