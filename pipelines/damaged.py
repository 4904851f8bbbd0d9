"""Artifacts of finished steps that are damaged: removed before kfp would take them from its cache.

kfp's local cache knows neither the contents of files nor that one has changed; a step whose output
is not there is run again, and those after it find the same digest.
"""

from pathlib import Path

from spanbert.errors import IntegrityError
from spanbert.manifest import MANIFEST, parse_manifest
from spanbert.progress import Say
from spanbert.storage import remove_folder, verify


def remove_damaged(root: Path, say: Say) -> None:
    """Verify every artifact below a pipeline's root, and remove those that fail."""
    for path in sorted(root.rglob(MANIFEST)):
        try:
            manifest = parse_manifest(path.read_bytes(), str(path))
            verify(path.parent, manifest.kind, manifest.version)
        except IntegrityError as error:
            say(f"made again, because {error.place or path}: {error.cause}")
            remove_folder(path.parent)
