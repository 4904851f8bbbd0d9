"""Settings of tracking and of the model registry."""

import re
from dataclasses import dataclass

from spanbert.validation import require

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class RegistryConfig:
    """Under which names results are kept."""

    experiment: str = "spanbert"
    model_name: str = "spanbert"  # of the encoder; <model_name>-qa answers questions
    alias: str = "latest-evaluated"
    tracking_uri: str = ""  # empty: MLFLOW_TRACKING_URI, or else SQLite beside the runs

    def __post_init__(self) -> None:
        for name in ("experiment", "model_name", "alias"):
            require(getattr(self, name) != "", f"registry.{name} must not be empty")
        for name in ("model_name", "alias"):
            value = getattr(self, name)
            require(
                bool(_NAME.fullmatch(value)),
                f"registry.{name} = {value!r} may hold letters, digits, hyphens and underscores",
            )
