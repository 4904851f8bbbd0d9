"""Scores as an artifact: one JSON object that the report and the registry read."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spanbert.storage import publish, verify
from spanbert.tasks.kinds import KINDS

KIND = "scores"
REGISTERED = "registered"  # the section of a registered version
_FILE = "scores.json"


def write_scores(folder: Path, scores: Mapping[str, Any]) -> None:
    """Publish scores under their section's name, for example {"qa": {...}}."""
    with publish(folder, KIND) as draft:
        (draft.folder / _FILE).write_text(json.dumps(scores, indent=1))


def headline(scores: Mapping[str, Any]) -> dict[str, float]:
    """The few figures by which models are compared: losses in nats, scores in percent."""
    held_out = scores.get("held_out", {})
    names = ("mlm_loss", "sbo_loss", "nsp_loss", "unigram_entropy")
    figures = {f"held_out_{name}": held_out[name] for name in names if name in held_out}
    for kind in KINDS:
        figures |= figures_of(scores.get(kind, {}))
    return figures


def figures_of(section: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a task's model among what its evaluation gave; counts are whole numbers."""
    return {name: value for name, value in section.items() if isinstance(value, float)}


def read_scores(folder: Path) -> dict[str, Any]:
    """The published object.

    Raises:
        DataError: there is none.
        IntegrityError: it differs from its recorded digest.
    """
    verify(folder, KIND)
    return json.loads((folder / _FILE).read_text())


def gather_scores(folders: Iterable[Path]) -> dict[str, Any]:
    """All sections of several published objects.

    Those of kinds of task, and "registered", may come several times and are lists, in the order of
    the folders; "qa" and "registered" are there in any case.

    Raises:
        As `read_scores` does.
    """
    gathered: dict[str, Any] = {"qa": [], REGISTERED: []}
    for folder in folders:
        for section, content in read_scores(folder).items():
            if section in KINDS or section == REGISTERED:
                gathered.setdefault(section, []).append(content)
            else:
                gathered[section] = content
    return gathered
