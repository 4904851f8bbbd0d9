"""Folders that are whole or absent: written aside, synced, renamed, manifest last.

Every artifact (documents, tokenizer, shards, checkpoint, model, scores) is a folder with a
`manifest.json` that names its kind, the digest of every file and the digests of what it was made
from. A folder without a manifest does not exist; a reader verifies before it uses.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from spanbert.digests import damaged_bytes, digest_of
from spanbert.digests import sha256_of as sha256_of
from spanbert.errors import ConfigError, DataError, IntegrityError, StorageError, storage_error
from spanbert.manifest import MANIFEST as MANIFEST
from spanbert.manifest import FileEntry, Manifest, as_json, parse_manifest, require_kind

_OTHER_FOLDER = "free some space or choose another folder with --set run.folder=PATH"

_Identity = tuple[int, int]  # of a file: one that was written anew has another


@dataclass
class Draft:
    """A folder being written; `counts` may be filled in until it is published."""

    folder: Path
    counts: dict[str, Any] = field(default_factory=dict)


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
    with replacing(folder, kind) as aside:
        draft = Draft(aside)
        yield draft
        manifest = Manifest(
            kind=kind,
            version=version,
            files=_digest_files(aside),
            inputs=dict(inputs or {}),
            counts=draft.counts,
            config=dict(config or {}),
            git_commit=git_commit(),
        )
        _write_synced(aside / MANIFEST, as_json(manifest))


@contextlib.contextmanager
def replacing(folder: Path, kind: str) -> Iterator[Path]:
    """A new folder to fill, manifest included; it takes the place of `folder` at the end.

    On any error nothing is left behind. Of several writers of equal content the first stays.

    Raises:
        ConfigError: something else than an artifact of this kind is there already.
        StorageError: the disk refused (full, read-only, no permission).
    """
    with partial_folder(folder) as aside:
        with alone_in(folder.parent):
            before = _replaceable(folder, kind)
        yield aside
        _replace_folder(aside, folder, before)


@contextlib.contextmanager
def partial_folder(folder: Path) -> Iterator[Path]:
    """A new empty folder beside `folder`, gone at the end unless it was renamed.

    Raises:
        StorageError: the disk refused.
    """
    aside = _partial_name(folder)
    is_new_parent = not folder.parent.exists()
    try:
        aside.mkdir(parents=True)
        yield aside
    except OSError as error:
        raise storage_error(error, str(folder)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
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
    manifest = parse_manifest(path.read_bytes(), str(path))
    require_kind(manifest, kind, version, str(folder))
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
            where = damaged_bytes(path, entry.crc32_of_blocks)
            raise IntegrityError(
                f"content differs from its recorded sha256{where}",
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
    aside = _partial_name(folder)
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


def require_free_space(folder: Path, needed_bytes: int, remedy: str = _OTHER_FOLDER) -> None:
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
            remedy=remedy,
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


def refuse_occupied(folder: Path, kind: str) -> None:
    """Refuse an output before the work for it begins, as `publish` would at its end.

    Raises:
        ConfigError: something else than an artifact of this kind is there.
        IntegrityError: the manifest there is damaged.
    """
    _replaceable(folder, kind)


def _replaceable(folder: Path, kind: str) -> _Identity | None:
    """Which artifact is there now, if any; an error for anything else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    manifest = folder / MANIFEST
    is_ours = manifest.is_file()
    if not is_ours or parse_manifest(manifest.read_bytes(), str(manifest)).kind != kind:
        raise ConfigError(
            f"something else than {kind} is here already",
            place=str(folder),
            remedy="choose another output, or remove it yourself",
        )
    return _identity(manifest)


def _digest_files(folder: Path) -> dict[str, FileEntry]:
    entries = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _sync(path)
        name = path.relative_to(folder).as_posix()
        sha256, crc32_of_blocks = digest_of(path)
        entries[name] = FileEntry(sha256, path.stat().st_size, crc32_of_blocks)
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


def _identity(path: Path) -> _Identity:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def _partial_name(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.{uuid.uuid4().hex[:12]}.partial"


def _replace_folder(source: Path, target: Path, before: _Identity | None) -> None:
    doomed = _partial_name(target)
    with alone_in(target.parent):
        if _has_come_meanwhile(source, target, before):
            return
        if target.exists():  # renamed first: a killed deletion must not leave half of it in place
            target.rename(doomed)
        source.rename(target)
        _sync(target.parent)
    shutil.rmtree(doomed, ignore_errors=True)


def _has_come_meanwhile(source: Path, target: Path, before: _Identity | None) -> bool:
    """Whether another writer has just put equal content there.

    It is left, for that writer may be reading it by now. One that was there from the start is
    replaced even if equal: writing again is how damage is mended.
    """
    manifest = target / MANIFEST
    if not manifest.is_file() or _identity(manifest) == before:
        return False
    theirs, ours = (
        parse_manifest((folder / MANIFEST).read_bytes(), str(folder)) for folder in (target, source)
    )
    return (theirs.digest, theirs.inputs) == (ours.digest, ours.inputs)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for others to leave a folder, then keep them out; a killed process lets go of it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network disks have no locks: as well as it goes
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
