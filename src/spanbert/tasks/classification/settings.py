"""What prediction needs of how a model was trained, kept beside the model as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from spanbert.errors import CheckpointError
from spanbert.tasks.classification.problem import Problem, ProblemT

SETTINGS_FILE = "classification.json"


def write_problem(folder: Path, problem: Problem[Any, Any]) -> None:
    """Keep a problem beside a model."""
    values = {"kind": problem.kind} | asdict(cast(Any, problem))
    (folder / SETTINGS_FILE).write_text(json.dumps(values, indent=1) + "\n")


def read_problem(folder: Path, kind: type[ProblemT]) -> ProblemT:
    """The problem that a model was trained for.

    Raises:
        CheckpointError: there is none, it is of another kind, or cannot be used.
    """
    path = folder / SETTINGS_FILE
    remedy = f"pass a folder made by `spanbert finetune {kind.kind}`"
    try:
        values = json.loads(path.read_text())
        own = values.pop("kind")
        if own == kind.kind:
            return kind.restored(values)
        cause = f"it was trained for {own!r}, not for {kind.kind!r}"
    except FileNotFoundError:
        cause = f"not a model of {kind.kind}: this file is not there"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        cause = f"settings of {kind.kind} cannot be used ({type(error).__name__}: {error})"
    raise CheckpointError(cause, place=str(path), remedy=remedy)


def head_settings(labels: tuple[str, ...]) -> dict[str, Any]:
    """What `transformers` reads of a classifier's outputs in `config.json`."""
    if not labels:
        return {"num_labels": 1, "problem_type": "regression"}
    names = {str(number): label for number, label in enumerate(labels)}
    numbers = {label: number for number, label in enumerate(labels)}
    return {
        "id2label": names,
        "label2id": numbers,
        "problem_type": "single_label_classification",
    }
