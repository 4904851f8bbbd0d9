"""The MLflow UI on the tracking store of a run, reachable from this machine only."""

import os
import sys

from spanbert.config import Config
from spanbert.progress import silent
from spanbert.registry.server import Server


def serve_ui(config: Config, port: int) -> None:
    """Become the server, on 127.0.0.1 until Ctrl-C; a foreign Host header is refused."""
    uri = Server(config, silent).uri
    print(f"http://127.0.0.1:{port}  (Ctrl-C ends it)", flush=True)
    names = f"127.0.0.1:{port},localhost:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--allowed-hosts", names]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    os.execve(sys.executable, command, environment)  # noqa: S606  # our own interpreter
