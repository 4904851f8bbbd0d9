"""Folders that are whole or absent: written aside, synced, renamed, manifest last.

Every artifact (documents, tokenizer, shards, checkpoint, model, scores) is a folder with a
`manifest.json` that names its kind, the digest of every file and the digests of what it was made
from. A folder without a manifest does not exist; a reader verifies before it uses.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from spanbert import __version__
from spanbert.errors import ConfigError, DataError, IntegrityError, StorageError, storage_error

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class FileEntry:
    """Digest and size of one file of an artifact."""

    sha256: str
    size_bytes: int


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
    def digest(self) -> str:
        """sha256 over kind, format version and file digests: equal content, equal digest."""
        content = [self.kind, self.version, {n: f.sha256 for n, f in sorted(self.files.items())}]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass
class Draft:
    """A folder being written; `counts` may be filled in until it is published."""

    folder: Path
    counts: dict[str, Any] = field(default_factory=dict)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextlib.contextmanager
def publish(
    folder: Path,
    kind: str,
    version: int = 1,
    *,
    inputs: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Iterator[Draft]:
    """Write an artifact folder so that it appears whole or not at all.

    The body fills `draft.folder`; on success the files are synced, the manifest is written last and
    the folder takes its place by rename. On any error nothing is left behind. Only an empty folder
    or an earlier artifact of the same kind is replaced.

    Raises:
        ConfigError: something else is there already.
        StorageError: the disk refused (full, read-only, no permission).
    """
    _require_replaceable(folder, kind)
    draft = Draft(folder.parent / f".{folder.name}.{uuid.uuid4().hex[:12]}.partial")
    is_new_parent = not folder.parent.exists()
    try:
        draft.folder.mkdir(parents=True)
        yield draft
        manifest = Manifest(
            kind=kind,
            version=version,
            files=_digest_files(draft.folder),
            inputs=dict(inputs or {}),
            counts=draft.counts,
            config=dict(config or {}),
            git_commit=git_commit(),
        )
        _write_synced(draft.folder / MANIFEST, json.dumps(asdict(manifest), indent=1))
        _replace_folder(draft.folder, folder)
    except OSError as error:
        raise storage_error(error, str(folder)) from error
    finally:
        shutil.rmtree(draft.folder, ignore_errors=True)
        if is_new_parent:
            with contextlib.suppress(OSError):  # it holds what was published
                folder.parent.rmdir()


def read_manifest(folder: Path, kind: str, version: int = 1) -> Manifest:
    """The manifest of an artifact, without reading its files.

    Raises:
        DataError: there is no such artifact, or it is of another kind or format version.
        IntegrityError: the manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise DataError(
            f"no finished {kind} artifact here", place=str(folder), remedy="run the step before it"
        )
    manifest = _parse_manifest(path)
    if (manifest.kind, manifest.version) != (kind, version):
        raise DataError(
            f"this is {manifest.kind} version {manifest.version}, not {kind} version {version}",
            place=str(folder),
            remedy="pass the right folder",
        )
    return manifest


def verify(folder: Path, kind: str, version: int = 1) -> Manifest:
    """The manifest of an artifact whose every file still has its recorded digest.

    Raises:
        DataError: as `read_manifest`.
        IntegrityError: a file is missing or differs.
    """
    manifest = read_manifest(folder, kind, version)
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry.size_bytes:
            found = f"{path.stat().st_size} bytes" if path.is_file() else "no file"
            raise IntegrityError(
                f"expected {entry.size_bytes} bytes, found {found}",
                place=str(path),
                remedy="remove the folder and make it again",
            )
        if sha256_of(path) != entry.sha256:
            raise IntegrityError(
                "content differs from its recorded sha256",
                place=str(path),
                remedy="remove the folder and make it again",
            )
    return manifest


def remove_partials(parent: Path) -> None:
    """Clear what killed writers left beside finished artifacts."""
    for leftover in parent.glob(".*.partial"):
        shutil.rmtree(leftover, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder so that no half of it is ever in its place: it is renamed first."""
    aside = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:12]}.partial"
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def write_text_atomic(path: Path, text: str) -> None:
    """Replace a file by rename, so that a reader sees the old text or the new."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_synced(aside, text)
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise storage_error(error, str(path)) from error


def require_free_space(folder: Path, needed_bytes: int) -> None:
    """Refuse early where a write is sure to fail later.

    Raises:
        StorageError: less than `needed_bytes` is free where `folder` is or will be.
    """
    existing = next(p for p in [folder, *folder.absolute().parents] if p.exists())
    free_bytes = shutil.disk_usage(existing).free
    if free_bytes < needed_bytes:
        raise StorageError(
            f"needs {needed_bytes / 1e6:.0f} MB, only {free_bytes / 1e6:.0f} MB are free",
            place=str(existing),
            remedy="free some space or choose another folder with --set run.folder=PATH",
        )


@cache
def git_commit() -> str:
    """The commit of the checkout that this package runs from, or "" outside one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _parse_manifest(path: Path) -> Manifest:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["files"] = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
        return Manifest(**raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(
            f"the manifest is damaged ({type(error).__name__}: {error})",
            place=str(path),
            remedy="remove the folder and make it again",
        ) from error


def _require_replaceable(folder: Path, kind: str) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    manifest = folder / MANIFEST
    if not manifest.is_file() or _parse_manifest(manifest).kind != kind:
        raise ConfigError(
            f"something else than {kind} is here already",
            place=str(folder),
            remedy="choose another output, or remove it yourself",
        )


def _digest_files(folder: Path) -> dict[str, FileEntry]:
    entries = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _sync(path)
        name = path.relative_to(folder).as_posix()
        entries[name] = FileEntry(sha256_of(path), path.stat().st_size)
    return entries


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace_folder(source: Path, target: Path) -> None:
    if target.exists():  # rename away first: a killed deletion must not leave half of it in place
        doomed = target.parent / f".{target.name}.{uuid.uuid4().hex[:12]}.partial"
        target.rename(doomed)
        source.rename(target)
        shutil.rmtree(doomed, ignore_errors=True)
    else:
        source.rename(target)
    _sync(target.parent)
