"""Debian's PostgreSQL on loopback, made as the manifest's image makes its database."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BIN = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"  # the server refuses to run as root


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def postgres(environment: dict[str, str], password: str, scripts: list[str]) -> Iterator[int]:
    """A server with one database and the scripts run in it; gives its port.

    Args:
        environment: POSTGRES_USER, POSTGRES_DB and POSTGRES_INITDB_ARGS of the manifest.
        scripts: SQL that the image would run once, with the right to make databases.
    """
    if not (BIN / "initdb").exists():
        pytest.skip(f"no PostgreSQL 15 in {BIN}")
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        _make(folder, environment, password)
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -k {folder}"
        control = [BIN / "pg_ctl", "-D", folder / "data", "-w", "-s"]
        _run([*control, "-o", options, "-l", folder / "log", "start"])
        try:
            _run([BIN / "createdb", *_at(folder, port, environment), environment["POSTGRES_DB"]])
            for script in scripts:
                here = _at(folder, port, environment)
                _run([BIN / "psql", *here, "-d", environment["POSTGRES_DB"], "-c", script])
            yield port
        finally:
            _run([*control, "-m", "immediate", "stop"])


def dump(port: int, database: str, password: str) -> str:
    """Everything in a database as SQL, without the lines that differ from call to call."""
    address = ["-h", "127.0.0.1", "-p", str(port), "-U", "mlflow", database]
    environment = {**os.environ, "PGPASSWORD": password}
    text = subprocess.run(
        [BIN / "pg_dump", *address], env=environment, check=True, capture_output=True, text=True
    ).stdout
    return "\n".join(line for line in text.splitlines() if not line.startswith("\\"))


def _make(folder: Path, environment: dict[str, str], password: str) -> None:
    (folder / "password").write_text(password)
    if os.getuid() == 0:
        owner = pwd.getpwnam(USER)
        for path in (folder, folder / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    options = environment["POSTGRES_INITDB_ARGS"].split()
    user, passwords = environment["POSTGRES_USER"], folder / "password"
    _run([BIN / "initdb", "-D", folder / "data", "-U", user, f"--pwfile={passwords}", *options])


def _at(folder: Path, port: int, environment: dict[str, str]) -> list[str]:
    return ["-h", str(folder), "-p", str(port), "-U", environment["POSTGRES_USER"]]


def _run(command: list) -> None:
    """As the user that the server runs as."""
    change = [shutil.which("setpriv"), f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    words = [*change, *command] if os.getuid() == 0 else command
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")
