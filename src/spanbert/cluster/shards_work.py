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
    from spanbert.shards.writer import write_shards

    reports = {}
    words = folders["tokenizer"].absolute()  # workers have a folder of their own
    for source, target in SHARDS_OF.items():
        digests = [
            read_manifest(folders[source], "documents").digest,
            read_manifest(words, "tokenizer").digest,
        ]
        with own_parts(work_root, target, [asdict(config.shards), *digests]) as work:
            report = write_shards(
                folders[source].absolute(),
                words,
                folders[target],
                config.shards,
                num_workers=config.corpus.num_workers,
                work=work,
                say=say,
            )
        reports[target] = asdict(report)
    return reports
