"""Artifacts between a step's own disk and the volume that its Ray job mounts as well."""

import shutil
from pathlib import Path

from spanbert.manifest import MANIFEST
from spanbert.storage import read_manifest, replacing, require_free_space, verify


def stage(source: Path, below: Path, kind: str) -> Path:
    """A verified copy of an artifact in a folder below `below` that is named by its digest.

    Raises:
        IntegrityError: the artifact is damaged.
        StorageError: the volume is full.
    """
    target = below / f"{kind}-{read_manifest(source, kind).digest[:16]}"
    if not target.exists():
        copy_artifact(source, target, kind)
    return target


def copy_artifact(source: Path, target: Path, kind: str) -> None:
    """Copy an artifact; the copy appears whole and verified, or not at all."""
    manifest = read_manifest(source, kind)
    require_free_space(target.parent, manifest.size_bytes)
    with replacing(target, kind) as aside:
        for name in (*manifest.files, MANIFEST):
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, aside / name)
        verify(aside, kind)
