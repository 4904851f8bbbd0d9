"""Work in parts, each kept until the whole is done: what is killed goes on where it was."""

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from spanbert.errors import DataError, IntegrityError
from spanbert.manifest import Manifest
from spanbert.storage import publish, verify

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
    with publish(folder, _KIND, inputs=inputs) as draft:
        draft.counts |= write(draft.folder)
    return verify(folder, _KIND)


@cache
def code_digest(package: str) -> str:
    """sha256 over the sources of a package: what changed code left is not gone on from."""
    spec = importlib.util.find_spec(package)
    assert spec is not None, package
    digest = hashlib.sha256()
    for top in map(Path, spec.submodule_search_locations or []):
        for path in sorted(top.rglob("*.py")):
            digest.update(path.relative_to(top).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
