"""question answering model + dev files -> exact match and F1."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.evaluation.qa import score_qa
from spanbert.tasks.qa.predict import predict_file


def evaluate_qa(model: Path, dev: Sequence[str]) -> dict[str, Any]:
    """Predict each dev file and score it; several files are averaged by their questions.

    Raises:
        ConfigError: no dev file is named.

    Returns:
        exact_match and f1 in percent, num_questions, and the model's training curve.
    """
    if not dev:
        raise ConfigError("qa.dev names no file", remedy="--set 'qa.dev=[\"dev.json\"]'")
    scores = [_score(model, Path(gold)) for gold in dev]
    total = sum(score["total"] for score in scores)
    means = {
        name: sum(score[name] * score["total"] for score in scores) / total
        for name in ("exact_match", "f1")
    }
    training = json.loads((model / "training.json").read_text())
    return means | {"num_questions": total, "curve": training["curve"]}


def _score(model: Path, gold: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.json"
        predict_file(model, gold, predictions)
        return score_qa(gold, predictions)
