"""How MLflow loads a question answering model: the `loader_module` of its MLmodel file."""

from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.tasks.qa.predict import QuestionAnswerer

_COLUMNS = ("question", "context")


class QuestionAnsweringModel:
    """Takes rows of question and context; gives rows of text, start, end and score."""

    def __init__(self, answerer: QuestionAnswerer) -> None:
        self._answerer = answerer

    def predict(self, model_input: Any) -> list[dict[str, Any]]:
        """Answer each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the columns question and context.

        Raises:
            DataError: a column is missing.
        """
        rows = model_input.to_dict("records") if hasattr(model_input, "to_dict") else model_input
        missing = [c for c in _COLUMNS if any(c not in row for row in rows)]
        if missing:
            raise DataError(f"input lacks {', '.join(missing)}", remedy="pass question and context")
        pairs = [(str(row["question"]), str(row["context"])) for row in rows]
        answers = self._answerer.answer(pairs)
        return [{"text": a.text, "start": a.start, "end": a.end, "score": a.score} for a in answers]


def _load_pyfunc(data_path: str) -> QuestionAnsweringModel:
    """Called by MLflow with the folder of the model's files."""
    return QuestionAnsweringModel(QuestionAnswerer.load(Path(data_path)))
