"""What an artifact folder holds and where it came from, and its form as `manifest.json`."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from spanbert import __version__
from spanbert.errors import DataError, IntegrityError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class FileEntry:
    """Digest and size of one file of an artifact."""

    sha256: str
    size_bytes: int
    crc32_of_blocks: str = ""  # where there is damage: `digests.FileDigest`; absent before 0.2


@dataclass(frozen=True)
class Manifest:
    """What an artifact folder holds and where it came from."""

    kind: str  # documents, tokenizer, shards, checkpoint, model, predictions, scores
    version: int  # of the kind's format
    files: dict[str, FileEntry]  # by path relative to the folder, "/" between parts
    inputs: dict[str, str] = field(default_factory=dict)  # artifact digests by role
    counts: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    package_version: str = __version__
    git_commit: str = ""

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(entry.size_bytes for entry in self.files.values())

    @property
    def digest(self) -> str:
        """sha256 over kind, format version and file digests: equal content, equal digest."""
        content = [self.kind, self.version, {n: f.sha256 for n, f in sorted(self.files.items())}]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def parse_manifest(content: bytes, place: str) -> Manifest:
    """The manifest that a `manifest.json` holds.

    Args:
        place: its path or URL, for the message.

    Raises:
        IntegrityError: it is damaged, or a file in it would lie outside of the folder.
    """
    try:
        raw = json.loads(content.decode("utf-8"))
        raw["files"] = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
        for name, entry in raw["files"].items():
            _require_usable(name, entry)
        return Manifest(**raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(
            f"the manifest is damaged ({type(error).__name__}: {error})",
            place=place,
            remedy="remove the folder and make it again",
        ) from error


def require_kind(manifest: Manifest, kind: str, version: int, place: str) -> None:
    """Refuse an artifact that is another one than a reader takes.

    Args:
        place: its folder or URL, for the message.

    Raises:
        DataError: it is of another kind or format version.
    """
    if (manifest.kind, manifest.version) != (kind, version):
        raise DataError(
            f"this is {manifest.kind} version {manifest.version}, not {kind} version {version}",
            place=place,
            remedy="pass the right folder",
        )


def as_json(manifest: Manifest) -> str:
    """What a `manifest.json` holds."""
    content = asdict(manifest)
    for entry in content["files"].values():
        if not entry["crc32_of_blocks"]:  # earlier versions read manifests of small files too
            del entry["crc32_of_blocks"]
    return json.dumps(content, indent=1)


def _require_usable(name: str, entry: FileEntry) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} is no path inside the folder")
    if not (isinstance(entry.size_bytes, int) and isinstance(entry.sha256, str)):
        raise TypeError(f"size or sha256 of {name!r} has another type")
