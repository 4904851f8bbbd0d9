"""Real servers on this machine, for faults: MLflow in a process of its own, S3 in this one."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request

from group import wait_for


@contextlib.contextmanager
def mlflow_server(folder):
    """An MLflow server that keeps everything in a folder; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(lambda: answers(port))
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def answers(port):
    """Whether a server says that it is well."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
