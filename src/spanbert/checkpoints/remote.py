"""The checkpoints of a run on an object store: a mirror, whole and verified, or not there.

A checkpoint has the layout of its local folder, `step-00000007/...`. Its `manifest.json` comes last
and goes first: a step without one does not exist, however much of it is there.

A run has one writer at a time. Should there be two by mistake, a checkpoint may get files of both:
it then fails its digests and is never used.
"""

import re
from pathlib import Path

from spanbert.errors import IntegrityError, StorageError
from spanbert.manifest import MANIFEST, Manifest, parse_manifest
from spanbert.objects import ObjectStore
from spanbert.objects.fetching import get_files
from spanbert.progress import Say, silent
from spanbert.storage import read_manifest, replacing, verify, write_text_atomic

KIND = "checkpoint"


class RemoteCheckpoints:
    """Checkpoints below the URL of a store.

    Every method may block for the store's deadline and raises what `ObjectStore` does.

    Args:
        store: of this run alone.
        keep: how many of the newest are kept.
    """

    def __init__(self, store: ObjectStore, keep: int) -> None:
        self._store, self._keep = store, keep

    def upload(self, folder: Path) -> None:
        """Copy a finished local checkpoint, then remove the oldest ones.

        Nothing is sent where the same one is there already.

        Raises:
            DataError: there is no finished checkpoint in the folder.
            IntegrityError: a file of it is damaged; nothing is sent.
            StorageError: the store did not take it; the local one is untouched.
        """
        manifest, content = verify(folder, KIND), (folder / MANIFEST).read_bytes()
        if not self._has(folder.name, content):
            self._store.delete(f"{folder.name}/{MANIFEST}")
            self._store.delete(folder.name)
            for name in manifest.files:
                self._store.put(folder / name, f"{folder.name}/{name}")
            self._require_all(folder.name, manifest)
            self._store.write(f"{folder.name}/{MANIFEST}", content)
        self._prune()

    def steps(self, say: Say = silent) -> dict[int, Manifest]:
        """Manifests of the finished checkpoints by step, oldest first.

        One whose manifest is damaged is skipped and named; files are verified by `download`.
        """
        manifests = {}
        sizes = self._store.list()
        for step in _committed(sizes):
            key = f"{_name(step)}/{MANIFEST}"
            try:
                content = self._store.read(key, sizes[key])
                manifests[step] = parse_manifest(content, self._store.place(key))
            except IntegrityError as error:
                say(f"skipped checkpoint: {error}")
            except StorageError:
                if self._store.list(key):  # else its writer has just removed it
                    raise
        return manifests

    def download(self, step: int, folder: Path) -> None:
        """Copy a checkpoint to a local folder, which appears whole and verified or not at all.

        Raises:
            IntegrityError: a file or the manifest is damaged.
            DataError: what is there is no checkpoint, or of another format version.
            StorageError: there is no such checkpoint, or the disk refused.
        """
        content = self._manifest_of(step)
        manifest = parse_manifest(content, self._store.place(_name(step)))
        with replacing(folder, KIND) as aside:
            get_files(self._store, _name(step), manifest, aside)
            write_text_atomic(aside / MANIFEST, content.decode())
            read_manifest(aside, KIND)

    def remove_uncommitted(self) -> None:
        """Clear what killed writers left: unfinished steps before the newest finished one.

        Steps are uploaded in order, so nobody works on those any more. A later one may be on its
        way; if not, it goes when a newer step is there, or when its own step is uploaded again.
        """
        sizes = self._store.list()
        committed = _committed(sizes)
        for step in sorted(_steps(sizes) - set(committed)):
            if committed and step < committed[-1]:
                self._store.delete(_name(step))

    def _has(self, name: str, content: bytes) -> bool:
        key = f"{name}/{MANIFEST}"
        is_same_size = self._store.list(key) == {key: len(content)}
        return is_same_size and self._store.read(key, len(content)) == content

    def _require_all(self, name: str, manifest: Manifest) -> None:
        expected = {f"{name}/{file}": e.size_bytes for file, e in manifest.files.items()}
        if self._store.list(name) != expected:
            raise StorageError(
                "another writer changed the files of this checkpoint",
                place=self._store.place(name),
                remedy="let one writer alone use this URL",
            )

    def _manifest_of(self, step: int) -> bytes:
        key = f"{_name(step)}/{MANIFEST}"
        size_bytes = self._store.list(key).get(key)
        if size_bytes is None:
            raise StorageError(
                "no finished checkpoint here",
                place=self._store.place(_name(step)),
                remedy="use a step that is there",
            )
        return self._store.read(key, size_bytes)

    def _prune(self) -> None:
        for step in _committed(self._store.list())[: -self._keep]:
            self._store.delete(f"{_name(step)}/{MANIFEST}")
            self._store.delete(_name(step))


def _name(step: int) -> str:
    return f"step-{step:08d}"


def _steps(keys: dict[str, int]) -> set[int]:
    found = (re.match(r"step-(\d{8,})/", key) for key in keys)
    return {int(match[1]) for match in found if match}


def _committed(keys: dict[str, int]) -> list[int]:
    return sorted(step for step in _steps(keys) if f"{_name(step)}/{MANIFEST}" in keys)
