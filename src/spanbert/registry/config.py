"""Settings of tracking and of the model registry."""

from dataclasses import dataclass

from spanbert.validation import require


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
        require(
            not any(c in self.model_name for c in "/:@"),
            f"registry.model_name = {self.model_name!r} must not hold / : or @",
        )
