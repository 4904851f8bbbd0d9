"""Work of a pipeline's step: in the step's own process, or as a Ray job that it follows."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spanbert.cluster.following import Following, Listener
from spanbert.cluster.jobs import RayJobs
from spanbert.cluster.mailbox import Mailbox, Request
from spanbert.cluster.volume import copy_artifact, stage
from spanbert.cluster.worker_pods import WorkerPods
from spanbert.cluster.works import WORKS, Work
from spanbert.config import Config, to_toml
from spanbert.storage import read_manifest

_LONGEST_NAME = 20  # of a run in a job's name: KubeRay takes 47 characters, and adds some


def do_work(
    kind: str,
    config: Config,
    *,
    inputs: Mapping[str, Path],
    outputs: Mapping[str, Path],
    work_root: Path,
    listener: Listener,
    version: str = "",
) -> dict[str, Any]:
    """Do work of a kind where `cluster.ray` says; returns what was counted.

    Args:
        kind: of `WORKS`, which names the roles of the folders.
        outputs: folders where artifacts are published.
        work_root: on the volume, where it is a Ray job.
        version: of what the work depends on besides settings and inputs.

    Raises:
        As the work does, and:
        DependencyError: the service that makes Ray jobs is away, or jobs were lost again and again.
    """
    work = WORKS[kind]
    pods = work.pods(config)
    if config.cluster.ray == "in-step" or pods is None:
        folders = {**inputs, **outputs}
        return work.do(config, folders, work_root, listener.say, listener.follow)
    box = Mailbox(work_root / "jobs" / _name(kind, config, inputs, version))
    made = {role: box.folder / role for role in work.outputs}
    if not all(folder.exists() for folder in made.values()):
        box.forget_counts()
    folders = _staged(work, inputs, work_root / "inputs") | made
    paths = {role: str(folder) for role, folder in folders.items()}
    request = Request(kind, to_toml(config), paths, str(work_root))
    counts = _following(config, pods, box, listener).run(request)
    for role, folder in made.items():
        copy_artifact(folder, outputs[role], work.outputs[role])
    return counts


def _name(kind: str, config: Config, inputs: Mapping[str, Path], version: str) -> str:
    """The same for the same work by the same image."""
    digests = [read_manifest(inputs[role], of).digest for role, of in WORKS[kind].inputs.items()]
    content = json.dumps([config.digest, config.cluster.image, version, *digests])
    work = hashlib.sha256(content.encode()).hexdigest()[:10]
    return f"{config.run.name[:_LONGEST_NAME].strip('-')}-{kind}-{work}"


def _staged(work: Work, inputs: Mapping[str, Path], below: Path) -> dict[str, Path]:
    """Inputs by role, as copies on the volume."""
    return {role: stage(inputs[role], below, of) for role, of in work.inputs.items()}


def _following(config: Config, pods: WorkerPods, box: Mailbox, listener: Listener) -> Following:
    return Following(
        _jobs_of(config, pods),
        box,
        listener,
        name=box.folder.name,
        retries=config.cluster.job_retries,
        grace_s=config.training.grace_s,
    )


def _jobs_of(config: Config, pods: WorkerPods) -> RayJobs:
    """What makes Ray jobs, as the settings say."""
    if config.cluster.ray == "running":
        from spanbert.cluster.job_server import JobServer

        return JobServer(config.cluster.ray_address)
    from spanbert.cluster.kuberay import KubeRay

    return KubeRay(config, pods)
