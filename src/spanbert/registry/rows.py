"""What a registered model is given -> rows with the columns that it needs."""

from collections.abc import Sequence
from typing import Any

from spanbert.errors import DataError


def rows_of(model_input: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a DataFrame or of a list of dicts.

    Raises:
        DataError: a column is missing in some row.
    """
    rows = model_input.to_dict("records") if hasattr(model_input, "to_dict") else model_input
    missing = [c for c in columns if any(c not in row for row in rows)]
    if missing:
        raise DataError(f"input lacks {', '.join(missing)}", remedy=f"pass {' and '.join(columns)}")
    return rows
