"""What a registered model is given -> the texts of each row, if they are texts and not too many."""

from collections.abc import Sequence
from typing import Any

from spanbert.errors import DataError
from spanbert.registry.limits import Limits
from spanbert.tasks.contents import is_text


def texts_of(model_input: Any, columns: Sequence[str], limits: Limits) -> list[tuple[str, ...]]:
    """The texts in these columns, row by row.

    Args:
        model_input: a DataFrame, or a list of dicts.

    Raises:
        DataError: a column is missing in some row or holds no text, or a limit is passed. No
            message repeats what a row holds.
    """
    if len(model_input) > limits.max_rows:
        remedy = "send several requests"
        raise DataError(f"{len(model_input)} rows, but max_rows = {limits.max_rows}", remedy=remedy)
    rows = model_input.to_dict("records") if hasattr(model_input, "to_dict") else model_input
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError("input is not rows", remedy=f"pass rows of {' and '.join(columns)}")
    missing = [c for c in columns if any(c not in row for row in rows)]
    if missing:
        raise DataError(f"input lacks {', '.join(missing)}", remedy=f"pass {' and '.join(columns)}")
    texts = [
        tuple(_text(row[column], f"{column} of row {number}", limits) for column in columns)
        for number, row in enumerate(rows)
    ]
    _require_total(sum(len(text) for row in texts for text in row), limits)
    return texts


def _text(value: Any, place: str, limits: Limits) -> str:
    if not isinstance(value, str):
        raise DataError("not a text", place=place, remedy="pass a string")
    if len(value) > limits.max_text_characters:
        cause = f"{len(value)} characters, but max_text_characters = {limits.max_text_characters}"
        raise DataError(cause, place=place, remedy="pass a part of the text")
    if not is_text(value):
        remedy = "send whole characters, not halves of surrogate pairs"
        raise DataError("not a text that UTF-8 can hold", place=place, remedy=remedy)
    return value


def _require_total(num_characters: int, limits: Limits) -> None:
    if num_characters > limits.max_request_characters:
        raise DataError(
            f"{num_characters} characters in all, but max_request_characters ="
            f" {limits.max_request_characters}",
            remedy="send several requests",
        )
