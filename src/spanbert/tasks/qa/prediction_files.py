"""Predictions -> files in the official layouts: answers, the n best of each, and no-answer odds.

answers: question id -> text. n best: question id -> list of text, probability, start_logit and
end_logit, best first, with the empty text among them where the model may give it. odds: question
id -> score of having no answer minus the best other score. Each is one JSON object, written as the
predictions come.
"""

import contextlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from spanbert.errors import storage_error
from spanbert.tasks.qa.answers import Prediction


def write_predictions(
    predictions: Iterable[Prediction],
    answers: Path,
    n_best: Path | None = None,
    odds: Path | None = None,
) -> int:
    """Write what is asked for; returns the number of predictions.

    Each file appears whole or not at all, and none where making a prediction fails.

    Raises:
        StorageError: one cannot be written.
    """
    number = 0
    with contextlib.ExitStack() as stack:
        write_answer = stack.enter_context(_json_object(answers))
        write_n_best = stack.enter_context(_json_object(n_best)) if n_best else None
        write_odds = stack.enter_context(_json_object(odds)) if odds else None
        for prediction in predictions:
            number += 1
            write_answer.add(prediction.id, prediction.text)
            if write_n_best:
                write_n_best.add(prediction.id, n_best_of(prediction))
            if write_odds:
                write_odds.add(prediction.id, prediction.no_answer_margin)
    return number


def n_best_of(prediction: Prediction) -> list[dict[str, Any]]:
    """A question's entry in the official file; at least one."""
    listed = list(prediction.candidates)
    if prediction.null.probability > 0 or not listed:
        listed = sorted([*listed, prediction.null], key=lambda one: -one.score)
    return [
        {
            "text": one.text,
            "probability": one.probability,
            "start_logit": one.start_score,
            "end_logit": one.end_score,
        }
        for one in listed
    ]


class _Entries:
    """The inside of a JSON object, an entry a line."""

    def __init__(self, handle: TextIO, path: Path) -> None:
        self._handle, self._path, self._between = handle, path, ""

    def add(self, key: str, value: Any) -> None:
        """Write one entry."""
        entry = ": ".join(json.dumps(part, ensure_ascii=False) for part in (key, value))
        try:
            self._handle.write(f"{self._between}\n {entry}")
        except OSError as error:
            raise storage_error(error, str(self._path)) from error
        self._between = ","


@contextlib.contextmanager
def _json_object(path: Path) -> Iterator[_Entries]:
    """A file that takes its place when the block has ended well."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8") as handle:
            handle.write("{")
            yield _Entries(handle, path)
            handle.write("\n}\n")
            handle.flush()
            os.fsync(handle.fileno())
        aside.replace(path)
    except OSError as error:
        raise storage_error(error, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
