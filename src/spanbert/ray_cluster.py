"""The Ray that workers run on: one of this process's own, or the cluster that RAY_ADDRESS names.

Ray sets RAY_ADDRESS for what it runs as a job. A cluster that merely happens to run on this machine
is never joined. Each worker of a cluster must see the work folder under the same path.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spanbert.errors import DependencyError
from spanbert.progress import Say
from spanbert.scratch import scratch_folder

_JOINED_S = 60.0  # nodes of a new cluster may still be coming
_LOOK_S = 1.0
_SETTINGS = {
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",  # a report waits for the controller's next look
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}


@dataclass(frozen=True)
class Workers:
    """Processes on Ray, and what each needs."""

    count: int
    cpus: int = 1
    gpus: int = 0
    setting: str = "training.num_workers"  # says how many


def runs_in_cluster() -> bool:
    """Whether this process belongs to a Ray cluster that others have started."""
    return os.environ.get("RAY_ADDRESS", "") not in ("", "local")


@contextlib.contextmanager
def ray_cluster(workers: Workers, work_folder: Path, say: Say) -> Iterator[None]:
    """Be connected to Ray.

    Raises:
        DependencyError: Ray is not installed, or the cluster lacks what the workers ask for.
    """
    if runs_in_cluster():
        with _joined_ray(workers, say):
            yield
    else:
        say(f"starting Ray with {workers.count} workers")
        with (
            scratch_folder(work_folder) as scratch,
            _local_ray(workers, work_folder, scratch, say),
        ):
            yield


@contextlib.contextmanager
def _joined_ray(workers: Workers, say: Say) -> Iterator[None]:
    os.environ |= _SETTINGS
    ray = _imported_ray()
    try:
        ray.init(log_to_driver=True, runtime_env={"env_vars": _SETTINGS})
    except (ConnectionError, RuntimeError) as error:
        raise DependencyError(
            f"no Ray cluster answers ({str(error).splitlines()[0]})",
            place=f"RAY_ADDRESS = {os.environ['RAY_ADDRESS']}",
            remedy="unset it to start one here, or correct it",
        ) from error
    try:
        _await_resources(ray, workers)
        nodes = sum(node["Alive"] for node in ray.nodes())
        say(f"{workers.count} workers on a Ray cluster of {nodes} nodes")
        yield
    finally:
        ray.shutdown()


def _await_resources(ray: Any, workers: Workers) -> None:
    wanted = {"CPU": workers.count * workers.cpus}
    if workers.gpus:
        wanted["GPU"] = workers.count * workers.gpus
    given_up_s = time.monotonic() + _JOINED_S
    while lacking := _lacking(wanted, ray.cluster_resources()):
        if time.monotonic() > given_up_s:
            raise DependencyError(
                f"the Ray cluster lacks {lacking} for {workers.setting} = {workers.count}",
                remedy=f"give it more nodes, or --set {workers.setting} to fewer",
            )
        time.sleep(_LOOK_S)


def _lacking(wanted: Mapping[str, int], there: Mapping[str, float]) -> str:
    """What a cluster has too little of, in words; nothing where it suffices."""
    short = {name: there.get(name, 0) for name, n in wanted.items() if there.get(name, 0) < n}
    return " and ".join(f"{name}s ({n:g} of {wanted[name]})" for name, n in short.items())


@contextlib.contextmanager
def _local_ray(workers: Workers, work_folder: Path, scratch: Path, say: Say) -> Iterator[None]:
    """A Ray cluster of this process: loopback, token in a file that only its owner reads."""
    token = work_folder / "ray-token"
    token.unlink(missing_ok=True)
    with os.fdopen(os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(_process_token())
    before = os.environ.get("TMPDIR")
    os.environ |= _SETTINGS | {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token.absolute()),
        "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # a process more; nobody preempts this machine
        "TMPDIR": str(scratch),  # the dashboard's sockets too need a short path
        # Ray's word for a cluster of one machine: every server then listens on 127.0.0.1 alone
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    }
    ray = _imported_ray()
    context = ray.init(
        address="local",  # never join a cluster that happens to run here
        num_cpus=workers.count * workers.cpus + 1,
        include_dashboard=True,
        dashboard_host="127.0.0.1",
        _temp_dir=str(scratch),
        log_to_driver=True,
    )
    say(f"Ray dashboard: http://{context.dashboard_url} (token in {token})")
    try:
        yield
    finally:
        ray.shutdown()
        token.unlink(missing_ok=True)
        os.environ.pop("TMPDIR")
        os.environ |= {} if before is None else {"TMPDIR": before}


def _imported_ray() -> Any:
    """Ray, imported after the environment that it reads then is set."""
    try:
        import ray
    except ImportError as error:
        raise DependencyError(
            "Ray is not installed", remedy="pip install 'spanbert[train]'"
        ) from error
    return ray


@cache
def _process_token() -> str:
    """Ray keeps the first token that it reads for the life of a process."""
    return secrets.token_hex(32)
