"""Documents and held-out documents + tokenizer -> the shards of both: of a step and a job."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.cluster.own_parts import own_parts
from spanbert.config import Config
from spanbert.progress import Say
from spanbert.storage import read_manifest

# shards by the documents that they are cut from
SHARDS_OF = {"documents": "shards", "held_out": "held_out_shards"}


def shards_work(
    config: Config, folders: Mapping[str, Path], *, work_root: Path, say: Say
) -> dict[str, Any]:
    """Publish both artifacts, by as many workers as the settings say.

    Args:
        folders: of `documents`, `held_out`, `tokenizer`, `shards` and `held_out_shards`.
        work_root: finished parts are kept below it until the whole is done.

    Returns:
        A `ShardsReport`'s figures of `shards` and of `held_out_shards`.

    Raises:
        As `write_shards` and `own_parts` do.
    """
    words = folders["tokenizer"].absolute()  # workers have a folder of their own
    return {
        target: cut(config, folders[source].absolute(), words, folders[target], work_root, say)
        for source, target in SHARDS_OF.items()
    }


def cut(
    config: Config, documents: Path, words: Path, target: Path, work_root: Path, say: Say
) -> dict[str, Any]:
    """Publish one artifact, going on from the parts that are finished; a `ShardsReport`'s figures.

    Raises:
        As `write_shards` and `own_parts` do.
    """
    from spanbert.shards.writer import write_shards

    inputs = {"documents": documents, "tokenizer": words}
    digests = [read_manifest(folder, kind).digest for kind, folder in inputs.items()]
    with own_parts(work_root, "shards", [asdict(config.shards), *digests]) as work:
        report = write_shards(
            documents,
            words,
            target,
            config.shards,
            num_workers=config.corpus.num_workers,
            work=work,
            say=say,
        )
    return asdict(report)
