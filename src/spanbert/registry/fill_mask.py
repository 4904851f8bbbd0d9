"""How MLflow loads a pre-trained encoder: the `loader_module` of its MLmodel file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.registry.rows import rows_of
from spanbert.tasks.fill import MaskFiller


class FillMaskModel:
    """Takes rows of text with [MASK]s; gives for each row the guesses by MLM, by SBO and by both.

    Each answer is a `FilledText` as plain dicts and lists, so that it can be sent as JSON.
    """

    def __init__(self, filler: MaskFiller) -> None:
        self._filler = filler

    def predict(self, model_input: Any) -> list[dict[str, Any]]:
        """Fill each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the column text.

        Raises:
            DataError: the column is missing, or a text holds no [MASK].
        """
        texts = [str(row["text"]) for row in rows_of(model_input, ("text",))]
        return [asdict(self._filler.fill(text)) for text in texts]


def _load_pyfunc(data_path: str) -> FillMaskModel:
    """Called by MLflow with the folder of the model's files."""
    return FillMaskModel(MaskFiller.load(Path(data_path)))
