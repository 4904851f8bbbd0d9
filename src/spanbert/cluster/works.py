"""What steps can do here or as a Ray job: for each kind of work, what goes in and comes out."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spanbert.cluster.corpus_work import corpus_work
from spanbert.cluster.shards_work import shards_work
from spanbert.cluster.worker_pods import WorkerPods, corpus_pods, training_pods
from spanbert.config import Config
from spanbert.progress import Say

Follow = Callable[[Path], AbstractContextManager[object]]
# settings, folders by role, work_root, who hears lines and who follows figures -> counts as JSON
Do = Callable[[Config, Mapping[str, Path], Path, Say, Follow], dict[str, Any]]


@dataclass(frozen=True)
class Work:
    """One kind of work.

    Args:
        inputs, outputs: kinds of the artifacts, by role.
        pods: of its workers; None where it needs no other process than the step's.
    """

    do: Do
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    pods: Callable[[Config], WorkerPods | None]


def _pretrain(
    config: Config, folders: Mapping[str, Path], work_root: Path, say: Say, follow: Follow
) -> dict[str, Any]:
    from spanbert.training.ray_job import pretrain

    return pretrain(
        config,
        shards=folders["shards"],
        tokenizer=folders["tokenizer"],
        folder=folders["encoder"],
        work_root=work_root,
        say=say,
        follow=follow,
    )


def _corpus(
    config: Config, folders: Mapping[str, Path], work_root: Path, say: Say, follow: Follow
) -> dict[str, Any]:
    outputs = {role: folders[role] for role in ("documents", "held_out")}
    return asdict(corpus_work(config, **outputs, work_root=work_root, say=say))


def _shards(
    config: Config, folders: Mapping[str, Path], work_root: Path, say: Say, follow: Follow
) -> dict[str, Any]:
    return shards_work(config, folders, work_root=work_root, say=say)


WORKS = {
    "pretrain": Work(
        _pretrain,
        inputs={"shards": "shards", "tokenizer": "tokenizer"},
        outputs={"encoder": "model"},
        pods=training_pods,
    ),
    "corpus": Work(
        _corpus,
        inputs={},
        outputs={"documents": "documents", "held_out": "documents"},
        pods=corpus_pods,
    ),
    "shards": Work(
        _shards,
        inputs={"documents": "documents", "held_out": "documents", "tokenizer": "tokenizer"},
        outputs={"shards": "shards", "held_out_shards": "shards"},
        pods=corpus_pods,
    ),
}
