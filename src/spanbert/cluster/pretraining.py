"""Pre-training of a pipeline's step: in the step's own process, or as a Ray job that it follows."""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from spanbert.cluster.following import Following, Listener
from spanbert.cluster.jobs import RayJobs
from spanbert.cluster.mailbox import Mailbox, Request
from spanbert.cluster.volume import copy_artifact, stage
from spanbert.config import Config, to_toml
from spanbert.progress import Say
from spanbert.storage import read_manifest
from spanbert.training import ray_job

_LONGEST_NAME = 24  # of a run in a job's name: KubeRay takes 47 characters, and adds some


def pretrain(
    config: Config,
    *,
    shards: Path,
    tokenizer: Path,
    folder: Path,
    work_root: Path,
    say: Say,
    follow: Callable[[Path], AbstractContextManager[object]],
    log_tags: Callable[[dict[str, str]], None],
) -> dict[str, Any]:
    """Pre-train where `cluster.ray` says, and publish the model in `folder`; returns its counts.

    Args:
        work_root: on the volume, where it is a Ray job.
        log_tags: is told the Ray job's name and where it can be looked at.

    Raises:
        As `ray_job.pretrain`, and:
        DependencyError: the service that makes Ray jobs is away, or jobs were lost again and again.
    """
    if config.cluster.ray == "in-step":
        return ray_job.pretrain(
            config,
            shards=shards,
            tokenizer=tokenizer,
            folder=folder,
            work_root=work_root,
            say=say,
            follow=follow,
        )
    name = _name(config, shards, tokenizer)
    box = Mailbox(work_root / "jobs" / name)
    request = Request(
        to_toml(config),
        shards=str(stage(shards, work_root / "inputs", "shards")),
        tokenizer=str(stage(tokenizer, work_root / "inputs", "tokenizer")),
        encoder=str(box.folder / "encoder"),
        work_root=str(work_root),
    )
    following = Following(
        jobs_of(config),
        box,
        Listener(say, follow, log_tags),
        name,
        retries=config.cluster.job_retries,
        grace_s=config.training.grace_s,
    )
    if not Path(request.encoder).exists():
        box.forget_counts()
    counts = following.run(request)
    copy_artifact(Path(request.encoder), folder, "model")
    return counts


def jobs_of(config: Config) -> RayJobs:
    """What makes Ray jobs, as the settings say."""
    if config.cluster.ray == "running":
        from spanbert.cluster.job_server import JobServer

        return JobServer(config.cluster.ray_address)
    from spanbert.cluster.kuberay import KubeRay

    return KubeRay(config)


def _name(config: Config, shards: Path, tokenizer: Path) -> str:
    """The same for the same work by the same image."""
    kinds = {"shards": shards, "tokenizer": tokenizer}
    digests = [read_manifest(folder, kind).digest for kind, folder in kinds.items()]
    content = json.dumps([config.digest, config.cluster.image, *digests])
    work = hashlib.sha256(content.encode()).hexdigest()[:10]
    return f"{config.run.name[:_LONGEST_NAME].strip('-')}-{work}"
