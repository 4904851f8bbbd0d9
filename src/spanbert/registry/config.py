"""Settings of tracking and of the model registry."""

import re
from dataclasses import dataclass

from spanbert.validation import require

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PASSWORD = re.compile(r"://[^/\s@]*:.*@")


@dataclass(frozen=True)
class RegistryConfig:
    """Under which names results are kept."""

    experiment: str = "spanbert"
    model_name: str = "spanbert"  # of the encoder; those of tasks end in the kind: -qa
    alias: str = "latest-evaluated"
    tracking_uri: str = ""  # empty: MLFLOW_TRACKING_URI, or else SQLite beside the runs

    def __post_init__(self) -> None:
        for name in ("experiment", "model_name", "alias"):
            require(getattr(self, name) != "", f"registry.{name} must not be empty")
        require(  # settings are written into models, pipelines and logs
            not _PASSWORD.search(self.tracking_uri),
            "registry.tracking_uri holds a password, which belongs into the environment:"
            " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_URI",
        )
        for name in ("model_name", "alias"):
            value = getattr(self, name)
            require(
                bool(_NAME.fullmatch(value)),
                f"registry.{name} = {value!r} may hold letters, digits, hyphens and underscores",
            )
