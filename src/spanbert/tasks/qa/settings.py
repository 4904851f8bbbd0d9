"""What prediction needs of the settings that a model was trained with, kept beside the model."""

import json
from dataclasses import asdict
from pathlib import Path

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
        return QAConfig(**values), None if threshold is None else float(threshold)
    except (ConfigError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"decoding settings cannot be used ({error})",
            place=str(path),
            remedy="correct the file or fine-tune again",
        ) from error
