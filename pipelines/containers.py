"""Steps as containers on this machine: kfp's DockerRunner, made to tell how a container ended.

kfp lets the engine remove a container as it ends and then asks for its code; where the removal is
quicker the code is lost, and kfp calls that a success (kubeflow/pipelines#13332). Here a container
is removed after its code was read.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError, DependencyError

_LABEL = "spanbert.run-folder"
_SHARED_MEMORY = "2g"  # Ray's object store
_SCRATCH = {"/tmp": "rw,nosuid,nodev,mode=1777"}  # noqa: S108  # the image's home


def require_image(image: str) -> None:
    """Refuse at once an image that is not there: kfp would try to fetch it.

    Raises:
        DependencyError: no engine answers.
        ConfigError: the engine does not have the image.
    """
    from docker.errors import ImageNotFound

    with _engine() as client:
        try:
            client.images.get(image)
        except ImageNotFound as error:
            raise ConfigError(
                "the container engine does not have this image",
                place=image,
                remedy=f"docker build -f Containerfile -t {image} .",
            ) from error


def docker_runner(run_folder: Path, mounted: Sequence[str]) -> Any:
    """A kfp runner whose containers may write to one folder and to nothing else.

    Containers run as the owner of that folder, and see what is mounted under the same paths.

    Args:
        run_folder: below that folder; by it the containers are found again.
        mounted: the folder that is written to, and what is read besides.
    """
    from docker.types import Mount
    from kfp import local
    from kfp.local import docker_task_handler

    docker_task_handler.run_docker_container = run_container
    written, *read = mounted
    owner = Path(written).stat()
    _hand_over(run_folder, owner)
    mounts = [Mount(written, written, type="bind")]
    mounts += [Mount(path, path, type="bind", read_only=True) for path in read]
    return local.DockerRunner(
        mounts=mounts,
        user=f"{owner.st_uid}:{owner.st_gid}",
        read_only=True,
        tmpfs=_SCRATCH,
        shm_size=_SHARED_MEMORY,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        labels={_LABEL: str(run_folder)},
        working_dir=os.getcwd(),
    )


def run_container(
    client: Any, image: str, command: list[str], volumes: dict[str, Any], **arguments: Any
) -> int:
    """Run a container to its end, printing what it prints; returns its exit code."""
    container = client.containers.run(
        image=image, command=command, volumes=volumes, detach=True, **arguments
    )
    try:
        for line in container.logs(stream=True):
            print(line.decode("utf-8", "replace"), end="", flush=True)
        return container.wait()["StatusCode"]
    finally:
        container.remove(force=True)


def end_containers(run_folder: Path) -> int:
    """Remove the containers of a run, whatever they do; returns how many there were."""
    with _engine() as client:
        left = client.containers.list(all=True, filters={"label": f"{_LABEL}={run_folder}"})
        for container in left:
            container.remove(force=True)
        return len(left)


def _hand_over(folder: Path, owner: os.stat_result) -> None:
    """Where root runs this for somebody, that one's containers must write to what root has made."""
    if os.getuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


@contextlib.contextmanager
def _engine() -> Iterator[Any]:
    """A client of the container engine that DOCKER_HOST names, or the usual one."""
    from docker import from_env
    from docker.errors import DockerException

    try:
        client = from_env()
    except DockerException as error:
        raise DependencyError(
            f"no container engine answers ({error})", remedy="start it, or set DOCKER_HOST"
        ) from error
    try:
        yield client
    finally:
        client.close()
