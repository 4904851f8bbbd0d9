"""Work in parts, each kept until the whole is done: what is killed goes on where it was."""

from collections.abc import Callable, Mapping
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
