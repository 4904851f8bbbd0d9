"""Pre-training of a pipeline's step: in the step's own process, or as a Ray job that it follows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spanbert.cluster.doing import do_work
from spanbert.cluster.following import Listener
from spanbert.cluster.works import Follow
from spanbert.config import Config
from spanbert.progress import Say


def pretrain(
    config: Config,
    *,
    shards: Path,
    tokenizer: Path,
    folder: Path,
    work_root: Path,
    say: Say,
    follow: Follow,
    log_tags: Callable[[dict[str, str]], None],
) -> dict[str, Any]:
    """Pre-train, and publish the model in `folder`; returns its counts.

    Raises:
        As `ray_job.pretrain` and `do_work` do.
    """
    return do_work(
        "pretrain",
        config,
        inputs={"shards": shards, "tokenizer": tokenizer},
        outputs={"encoder": folder},
        work_root=work_root,
        listener=Listener(say, follow, log_tags),
    )
