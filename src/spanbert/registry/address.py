"""Where the tracking server is."""

import os
from pathlib import Path

from spanbert.config import Config

SQLITE = "sqlite:///"


def tracking_uri(config: Config) -> str:
    """The configured server, or MLFLOW_TRACKING_URI, or SQLite beside the runs."""
    database = Path(config.run.folder).absolute() / "mlflow.db"
    configured = config.registry.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    return configured or f"{SQLITE}{database}"


def server_name(config: Config) -> str:
    """The address without a user and password in it."""
    return without_password(tracking_uri(config))


def without_password(uri: str) -> str:
    """An address as it may be shown and written down."""
    return uri.rpartition("@")[2]
