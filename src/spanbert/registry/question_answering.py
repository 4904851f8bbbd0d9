"""How MLflow loads a question answering model: the `loader_module` of its MLmodel file."""

from pathlib import Path
from typing import Any

from spanbert.registry.rows import rows_of
from spanbert.tasks.qa.predict import QuestionAnswerer


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
        rows = rows_of(model_input, ("question", "context"))
        pairs = [(str(row["question"]), str(row["context"])) for row in rows]
        answers = self._answerer.answer(pairs)
        return [{"text": a.text, "start": a.start, "end": a.end, "score": a.score} for a in answers]


def _load_pyfunc(data_path: str) -> QuestionAnsweringModel:
    """Called by MLflow with the folder of the model's files."""
    return QuestionAnsweringModel(QuestionAnswerer.load(Path(data_path)))
