"""How MLflow loads a pre-trained encoder: the `loader_module` of its MLmodel file."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.registry.deadline import check_time, time_limit
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import told_to_client
from spanbert.registry.rows import texts_of
from spanbert.tasks.fill import MaskFiller


class FillMaskModel:
    """Takes rows of text with [MASK]s; gives for each row the guesses by MLM, by SBO and by both.

    Each answer is a `FilledText` as plain dicts and lists, so that it can be sent as JSON.
    """

    def __init__(self, filler: MaskFiller, limits: Limits) -> None:
        self._filler, self._limits = filler, limits

    def predict(self, model_input: Any) -> list[dict[str, Any]]:
        """Fill each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the column text.

        Raises:
            RequestError: the column is missing, a text holds no [MASK], or a limit is passed.
        """
        with told_to_client(), time_limit(self._limits.timeout_s):
            texts = texts_of(model_input, ("text",), self._limits)
            return [self._filled(text) for (text,) in texts]

    def _filled(self, text: str) -> dict[str, Any]:
        check_time()
        return asdict(self._filler.fill(text))


def _load_pyfunc(data_path: str, model_config: Mapping[str, Any] | None = None) -> FillMaskModel:
    """Called by MLflow with the folder of the model's files, and the limits if they were saved."""
    return FillMaskModel(MaskFiller.load(Path(data_path)), Limits.of(model_config))
