"""documents artifact -> all that its page shows, without reading a document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from spanbert.errors import DataError, IntegrityError
from spanbert.manifest import Manifest
from spanbert.storage import read_manifest, sha256_of

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
    """What the manifest and the listings of a documents artifact say.

    Raises:
        DataError: there is no such artifact, or its counts are not those of a corpus.
        IntegrityError: the manifest is damaged, or a listing differs from its recorded digest.
    """
    manifest = read_manifest(documents, "documents")
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
    path = _listing(folder, manifest, _SAMPLES)
    return json.loads(path.read_text(encoding="utf-8")) if path else {}


def _places(folder: Path, manifest: Manifest) -> list[dict[str, Any]]:
    path = _listing(folder, manifest, _QUARANTINE)
    if path is None:
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, MAX_PLACES)]


def _listing(folder: Path, manifest: Manifest, name: str) -> Path | None:
    """A file beside the documents, if there is one and it is as it was written."""
    if name not in manifest.files:
        return None
    path = folder / name
    if not path.is_file() or sha256_of(path) != manifest.files[name].sha256:
        raise IntegrityError(
            "it is missing or differs from its recorded sha256",
            place=str(path),
            remedy="remove the folder and make it again",
        )
    return path
