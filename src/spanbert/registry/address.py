"""Where the tracking server is, and which of its runs KFP has made for this task."""

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


def given_run(config: Config) -> str:
    """The MLflow run that KFP's plugin has made for this task, or "".

    It is known to the plugin's server; settings that name another one do without it.
    """
    server = os.environ.get("MLFLOW_TRACKING_URI")
    return os.environ.get("MLFLOW_RUN_ID", "") if server == tracking_uri(config) else ""
