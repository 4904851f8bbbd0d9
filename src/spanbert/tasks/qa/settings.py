"""What prediction needs of the settings that a model was trained with, kept beside the model."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.errors import CheckpointError, ConfigError
from spanbert.tasks.config import QAConfig

DECODING_FILE = "qa_decoding.json"
_KEYS = (
    "max_length",
    "window_step",
    "max_question_pieces",
    "num_best",
    "max_answer_pieces",
)
_LATER_KEYS = ("passage_first",)  # which older files lack
_THRESHOLD = "null_threshold"


def write_decoding(folder: Path, config: QAConfig, null_threshold: float | None = None) -> None:
    """Keep the settings beside a model.

    Args:
        null_threshold: as `decode_answers` has it.
    """
    values = {key: asdict(config)[key] for key in _KEYS + _LATER_KEYS}
    values[_THRESHOLD] = null_threshold
    (folder / DECODING_FILE).write_text(json.dumps(values, indent=1) + "\n")


def read_decoding(folder: Path, max_positions: int) -> tuple[QAConfig, float | None]:
    """The settings kept with a model, or the defaults cut to the model's length.

    Raises:
        CheckpointError: they cannot be used.
    """
    path = folder / DECODING_FILE
    try:
        if not path.is_file():
            return QAConfig(max_length=min(QAConfig.max_length, max_positions)), None
        raw = json.loads(path.read_text())
        values = {key: raw[key] for key in _KEYS}
        values |= {key: raw[key] for key in _LATER_KEYS if key in raw}
        threshold = raw.get(_THRESHOLD)
        _require_fit(values, threshold, max_positions)
        return QAConfig(**values), None if threshold is None else float(threshold)
    except (ConfigError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"decoding settings cannot be used ({error})",
            place=str(path),
            remedy="correct the file or fine-tune again",
        ) from error


def _require_fit(values: dict[str, Any], threshold: Any, max_positions: int) -> None:
    """Refuse what a file made by hand may hold.

    Raises:
        ValueError: a value is of another type, or windows are longer than the model.
    """
    for key, value in values.items():
        if type(value) is not type(getattr(QAConfig, key)):
            raise ValueError(f"{key} is {value!r}")
    if values["max_length"] > max_positions:
        raise ValueError(f"max_length is {values['max_length']}, positions are {max_positions}")
    if threshold is not None and not math.isfinite(threshold):
        raise ValueError(f"{_THRESHOLD} is {threshold}")
