"""Shards that tasks have made, each a part of the work -> the shards of an artifact."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.parts import link_or_copy
from spanbert.shards.format import file_name


@dataclass(frozen=True)
class ShardPart:
    """A folder with one shard, number 0, whose documents are numbered from 0.

    Args:
        counts: of a `ShardsReport`.
    """

    folder: Path
    counts: dict[str, Any]


def number_through(parts: Sequence[ShardPart], folder: Path) -> None:
    """Put the shards into an artifact, those without a segment left out."""
    first_document = shard = 0
    for part in parts:
        if part.counts["segments"]:
            _put(part.folder, folder, shard, first_document)
            shard += 1
        first_document += part.counts["documents"]


def _put(part: Path, folder: Path, shard: int, first_document: int) -> None:
    for path in part.glob(file_name(0, "*")):
        array = path.name.partition(".")[2]
        target = folder / file_name(shard, array)
        if array == "documents":
            (np.fromfile(path, "<i8") + first_document).tofile(target)
        else:
            link_or_copy(path, target)
