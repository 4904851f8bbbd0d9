"""What a coreference model needs of the settings that it was trained with, kept beside it."""

import json
from dataclasses import asdict
from pathlib import Path

from spanbert.errors import CheckpointError, ConfigError
from spanbert.tasks.config import CorefConfig

SETTINGS_FILE = "coref_settings.json"
_KEYS = (
    *("singletons", "segment_length", "overlap", "max_training_segments"),
    *("max_span_width", "span_ratio", "max_spans", "max_antecedents"),
    *("ffnn_size", "feature_size", "refinement_rounds", "window_pieces", "carried_spans"),
)


def write_settings(folder: Path, config: CorefConfig) -> None:
    """Keep the settings beside a model."""
    values = {key: asdict(config)[key] for key in _KEYS}
    (folder / SETTINGS_FILE).write_text(json.dumps(values, indent=1) + "\n")


def read_settings(folder: Path, max_positions: int) -> CorefConfig:
    """The settings kept with a model.

    Raises:
        CheckpointError: there are none, or they cannot be used.
    """
    path = folder / SETTINGS_FILE
    try:
        raw = json.loads(path.read_text())
        values = {key: raw[key] for key in _KEYS}
        for key, value in values.items():
            if type(value) is not type(getattr(CorefConfig, key)):
                raise ValueError(f"{key} is {value!r}")
        if values["segment_length"] > max_positions:
            found = values["segment_length"]
            raise ValueError(f"segment_length is {found}, positions are {max_positions}")
        return CorefConfig(**values)
    except (ConfigError, OSError, ValueError, KeyError, TypeError) as error:
        cause = f"settings of a coreference model cannot be used ({error})"
        if isinstance(error, FileNotFoundError):
            cause = "not a coreference model: this file is not there"
        elif isinstance(error, ConfigError):
            cause = f"settings of a coreference model cannot be used ({error.cause})"
        raise CheckpointError(
            cause, place=str(path), remedy="pass a folder made by `spanbert finetune coref`"
        ) from error
