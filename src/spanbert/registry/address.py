"""Where results are tracked: the address that the settings or the environment name."""

import os
from pathlib import Path

from spanbert.config import Config


def tracking_uri(config: Config) -> str:
    """The configured server, or MLFLOW_TRACKING_URI, or SQLite beside the runs."""
    database = Path(config.run.folder).absolute() / "mlflow.db"
    configured = config.registry.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    return configured or f"sqlite:///{database}"
