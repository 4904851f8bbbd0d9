"""Scores as an artifact: one JSON object that the report and the registry read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spanbert.storage import publish, verify

KIND = "scores"
_FILE = "scores.json"


def write_scores(folder: Path, scores: Mapping[str, Any]) -> None:
    """Publish scores under their section's name, for example {"qa": {...}}."""
    with publish(folder, KIND) as draft:
        (draft.folder / _FILE).write_text(json.dumps(scores, indent=1))


def read_scores(folder: Path) -> dict[str, Any]:
    """The published object.

    Raises:
        DataError: there is none.
        IntegrityError: it differs from its recorded digest.
    """
    verify(folder, KIND)
    return json.loads((folder / _FILE).read_text())
