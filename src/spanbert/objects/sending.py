"""An artifact folder -> the same files below a URL, there from when its manifest is.

The layout is that of the folder, so that any tool which copies files can take an artifact to a
store or from it. While one is on its way there is no `manifest.json`; then `unfinished.json` says
what the files are that are there in part: every file that it names, and that has the size it
gives, has the content too. A sender that comes back goes on from that.

A URL has one writer at a time. Should there be two by mistake, an artifact may get files of both:
it then fails its digests and is never used.
"""

from pathlib import Path

from spanbert.errors import ConfigError, DataError, StorageError
from spanbert.manifest import MANIFEST, Manifest, parse_manifest
from spanbert.objects.store import ObjectStore
from spanbert.storage import verify

UNFINISHED = "unfinished.json"


def send(store: ObjectStore, folder: Path) -> None:
    """Make or replace the artifact that is all of a store; files that are there stay.

    Whenever it is killed, the store holds the earlier artifact, this one, or none.

    Raises:
        DataError: no finished artifact is in the folder.
        IntegrityError: it is damaged; nothing is sent.
        ConfigError: something else than an artifact of its kind is there.
        StorageError, DependencyError: as `ObjectStore`.
    """
    manifest, content = _verified(folder)
    sizes = store.list()
    before = _known(store, sizes, manifest.kind)
    kept = {name for name in manifest.files if _is_there(name, manifest, before, sizes)}
    is_same = sizes.get(MANIFEST) == len(content) and store.read(MANIFEST, len(content)) == content
    if not (is_same and len(kept) == len(manifest.files)):
        _withdraw(store, sizes, before, kept)
        store.write(UNFINISHED, content)
        for name in sorted(manifest.files.keys() - kept):
            store.put(folder / name, name)
        _require_all(store, manifest)
        store.write(MANIFEST, content)
    store.delete(UNFINISHED)


def require_replaceable(store: ObjectStore, kind: str) -> None:
    """Refuse a place that `send` would refuse.

    Raises:
        ConfigError: something else than an artifact of this kind is there.
        StorageError, DependencyError: as `ObjectStore`.
    """
    _known(store, store.list(), kind)


def _verified(folder: Path) -> tuple[Manifest, bytes]:
    """The manifest of a whole artifact of any kind, and the file that holds it."""
    path = folder / MANIFEST
    if not path.is_file():
        raise DataError(
            "no finished artifact here", place=str(folder), remedy="run the step before it"
        )
    manifest = parse_manifest(path.read_bytes(), str(path))
    return verify(folder, manifest.kind, manifest.version), path.read_bytes()


def _known(store: ObjectStore, sizes: dict[str, int], kind: str) -> Manifest | None:
    """What is there, finished or not; None for nothing."""
    if not sizes:
        return None
    name = next((name for name in (MANIFEST, UNFINISHED) if name in sizes), "")
    found = parse_manifest(store.read(name, sizes[name]), store.place(name)) if name else None
    if found is None or found.kind != kind:
        raise ConfigError(
            f"something else than {kind} is here already",
            place=store.url,
            remedy="choose another output, or remove it yourself",
        )
    return found


def _is_there(
    name: str, manifest: Manifest, before: Manifest | None, sizes: dict[str, int]
) -> bool:
    known, wanted = before and before.files.get(name), manifest.files[name]
    is_known = known is not None and known.sha256 == wanted.sha256
    return is_known and sizes.get(name) == wanted.size_bytes


def _withdraw(
    store: ObjectStore, sizes: dict[str, int], before: Manifest | None, kept: set[str]
) -> None:
    """Take away what is there but for the files that stay, its manifest first."""
    if MANIFEST in sizes:
        store.write(UNFINISHED, store.read(MANIFEST, sizes[MANIFEST]))
        store.delete(MANIFEST)
    for name in sorted(before.files.keys() - kept) if before else ():
        if name in sizes:
            store.delete(name)


def _require_all(store: ObjectStore, manifest: Manifest) -> None:
    expected = {name: entry.size_bytes for name, entry in manifest.files.items()}
    if not expected.items() <= store.list().items():
        raise StorageError(
            "another writer changed the files of this artifact",
            place=store.url,
            remedy="let one writer alone use this URL",
        )
