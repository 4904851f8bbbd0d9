"""The MLflow UI on the tracking store of a run, reachable from this machine only."""

import os
import subprocess
import sys

from spanbert.config import Config
from spanbert.registry.tracking import Tracking


def serve_ui(config: Config, port: int) -> None:
    """Serve until Ctrl-C on 127.0.0.1; a foreign Host header is refused."""
    uri = Tracking(config).uri
    print(f"http://127.0.0.1:{port}  (Ctrl-C ends it)", flush=True)
    names = f"127.0.0.1:{port},localhost:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--allowed-hosts", names]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    subprocess.run(command, check=False, env=environment)  # noqa: S603  # our own interpreter
