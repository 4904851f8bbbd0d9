"""Work in parts, each kept until the whole is done: what is killed goes on where it was."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from spanbert.errors import DataError, IntegrityError
from spanbert.manifest import Manifest
from spanbert.storage import partial_folder, publish, remove_folder, verify

_KIND = "part"


def make_part(
    folder: Path, inputs: Mapping[str, str], write: Callable[[Path], Mapping[str, Any]]
) -> Manifest:
    """The part in `folder`: the one there if it is whole and of these inputs, or a new one.

    Args:
        inputs: digests of all that decides its content.
        write: fills an empty folder and returns the counts of the part's manifest.

    Raises:
        StorageError: the disk refused.
        Whatever `write` does; the part is then not there.
    """
    try:
        found = verify(folder, _KIND)
    except (DataError, IntegrityError):
        found = None
    if found is not None and found.inputs == inputs:
        return found
    if folder.exists():  # of other inputs, damaged, or what a kill has left of a removal
        remove_folder(folder)
    with publish(folder, _KIND, inputs=inputs) as draft:
        draft.counts |= write(draft.folder)
    return verify(folder, _KIND)


@contextlib.contextmanager
def work_folder(kept: Path | None, artifact: Path) -> Iterator[Path]:
    """A folder for parts that is gone once all is done.

    Args:
        kept: it stays where the work fails or is killed; absent: a temporary one is made.
        artifact: what the parts are for; a temporary folder is made beside it.
    """
    if kept is None:
        with partial_folder(artifact) as folder:
            yield folder
    else:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        remove_folder(kept)


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under a second name, or a copy where the disk has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@cache
def code_digest(*packages: str) -> str:
    """sha256 over the sources of packages: what changed code left is not gone on from."""
    digest = hashlib.sha256()
    for package in packages:
        spec = importlib.util.find_spec(package)
        assert spec is not None, package
        for top in map(Path, spec.submodule_search_locations or []):
            for path in sorted(top.rglob("*.py")):
                digest.update(path.relative_to(top).as_posix().encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
