"""documents artifact -> all that its page shows, of what its manifest and listings say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.manifest import Manifest
from spanbert.storage import verify

MAX_PLACES = 20  # of records that could not be read
_SAMPLES, _QUARANTINE = "samples.json", "quarantine.jsonl"  # written where there are any
# What every version of the package has counted.
_COUNTS = {
    "records_in": int,
    "kept": int,
    "held_out": int,
    "characters": int,
    "dropped": dict,
    "quarantined": dict,
    "sources": dict,
}


@dataclass(frozen=True)
class CorpusFacts:
    """What a documents artifact says about itself."""

    counts: Mapping[str, Any]  # `asdict(CorpusReport)`; of an older version not all of it
    config: Mapping[str, Any]  # the settings of the corpus stage
    digest: str  # of the artifact
    inputs: Mapping[str, str]  # digests of what it was made from
    package_version: str
    git_commit: str  # "" where it is not known
    num_files: int
    size_bytes: int
    samples: Mapping[str, list[str]]  # beginnings of dropped texts by reason; mostly none are kept
    places: list[dict[str, Any]]  # file, byte_offset and reason of the first that were unreadable


def read_facts(documents: Path) -> CorpusFacts:
    """What the manifest and the listings of a documents artifact say, once all of it is verified.

    Raises:
        DataError: there is no such artifact, or its counts are not those of a corpus.
        IntegrityError: the manifest is damaged, or a file differs from its recorded digest.
    """
    manifest = verify(documents, "documents")
    for name, kind in _COUNTS.items():
        if not isinstance(manifest.counts.get(name), kind):
            raise DataError(
                f"the manifest does not count {name}",
                place=str(documents),
                remedy="make the documents again with `spanbert corpus`",
            )
    return CorpusFacts(
        counts=manifest.counts,
        config=manifest.config,
        digest=manifest.digest,
        inputs=manifest.inputs,
        package_version=manifest.package_version,
        git_commit=manifest.git_commit,
        num_files=len(manifest.files),
        size_bytes=manifest.size_bytes,
        samples=_samples(documents, manifest),
        places=_places(documents, manifest),
    )


def _samples(folder: Path, manifest: Manifest) -> dict[str, list[str]]:
    if _SAMPLES not in manifest.files:
        return {}
    return json.loads((folder / _SAMPLES).read_text(encoding="utf-8"))


def _places(folder: Path, manifest: Manifest) -> list[dict[str, Any]]:
    if _QUARANTINE not in manifest.files:
        return []
    with (folder / _QUARANTINE).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, MAX_PLACES)]
