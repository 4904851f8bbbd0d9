"""An artifact below a URL -> a folder of this machine, kept for whoever reads it next."""

from hashlib import sha256
from pathlib import Path

from spanbert.digests import sha256_of
from spanbert.errors import DataError, IntegrityError, storage_error
from spanbert.manifest import MANIFEST, FileEntry, Manifest, parse_manifest, require_kind
from spanbert.objects.store import ObjectStore
from spanbert.storage import alone_in, require_free_space, write_text_atomic


def fetch(store: ObjectStore, kind: str, version: int, cache: Path) -> Path:
    """The local copy of the artifact that is all of a store; it may only be read.

    It lies below the sha256 of its manifest, so that one which is replaced in the store gets
    another folder here. What has come of it stays when a download is killed; of two processes that
    want the same one the second waits for the first.

    Raises:
        DataError: no finished artifact, or one of another kind or format version.
        IntegrityError: its manifest or a file is damaged.
        StorageError, ConfigError, DependencyError: as `ObjectStore`, or the disk refused.
    """
    content = _manifest_content(store, kind)
    manifest = parse_manifest(content, store.place(MANIFEST))
    require_kind(manifest, kind, version, store.url)
    entry = cache / sha256(content).hexdigest()
    folder, partial = entry / kind, entry / f".{kind}.partial"
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with alone_in(entry):
            if not folder.exists():
                partial.mkdir(exist_ok=True)
                _require_room(entry, partial, manifest)
                get_files(store, "", manifest, partial)
                write_text_atomic(partial / MANIFEST, content.decode())
                partial.rename(folder)
    except OSError as error:
        raise storage_error(error, str(folder)) from error
    return folder


def get_files(store: ObjectStore, prefix: str, manifest: Manifest, folder: Path) -> None:
    """Copy the files of an artifact that are not yet in a folder; each appears whole and verified.

    Args:
        prefix: of their keys, without the last "/"; "" where the artifact is all of the store.

    Raises:
        IntegrityError: a file in the store is damaged.
        StorageError: one is missing, or the disk refused.
    """
    _require_sizes(store, prefix, manifest)
    for name, entry in manifest.files.items():
        path = folder / name
        if not _is_there(path, entry):
            path.parent.mkdir(parents=True, exist_ok=True)
            key = _key(prefix, name)
            store.get(key, path, size_bytes=entry.size_bytes, sha256=entry.sha256)


def _manifest_content(store: ObjectStore, kind: str) -> bytes:
    size_bytes = store.list(MANIFEST).get(MANIFEST)
    if size_bytes is None:
        raise DataError(
            f"no finished {kind} artifact here", place=store.url, remedy="run the step before it"
        )
    return store.read(MANIFEST, size_bytes)


def _require_sizes(store: ObjectStore, prefix: str, manifest: Manifest) -> None:
    """Tell at once what no retry mends; a file that is not listed may only be late."""
    sizes = store.list(prefix)
    for name, entry in manifest.files.items():
        found = sizes.get(_key(prefix, name), entry.size_bytes)
        if found != entry.size_bytes:
            raise IntegrityError(
                f"expected {entry.size_bytes} bytes, found {found}",
                place=store.place(_key(prefix, name)),
                remedy="remove it there and make it again, or use an earlier one",
            )


def _require_room(entry: Path, partial: Path, manifest: Manifest) -> None:
    needed_bytes = sum(file.size_bytes for file in manifest.files.values())
    here_bytes = sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())
    require_free_space(
        entry, needed_bytes - here_bytes, remedy="free some space, or set XDG_CACHE_HOME"
    )


def _is_there(path: Path, entry: FileEntry) -> bool:
    is_same_size = path.is_file() and path.stat().st_size == entry.size_bytes
    return is_same_size and sha256_of(path) == entry.sha256


def _key(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name
