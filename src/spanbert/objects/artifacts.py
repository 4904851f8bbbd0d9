"""Where a stage reads or writes an artifact: a folder of this machine, or a URL.

Stages know folders alone. What is read from `s3://bucket/prefix` is copied to a folder below the
user's cache first; what is written there is made in a folder and then sent.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from spanbert.lease import sole_owner
from spanbert.objects.fetching import fetch
from spanbert.objects.sending import require_replaceable, send
from spanbert.objects.store import ObjectStore
from spanbert.storage import refuse_occupied

WRITES_HERE = "writes to this output"
OTHER_OUTPUT = "wait for it, or choose another --output"

Place: TypeAlias = str | Path  # a URL, or a folder


def is_url(place: Place) -> bool:
    """Whether a place is no folder of this machine."""
    return isinstance(place, str) and "://" in place


def part_of(place: Place, name: str) -> Place:
    """A place below another one."""
    return f"{str(place).rstrip('/')}/{name}" if is_url(place) else Path(place) / name


def fetch_artifact(place: Place, kind: str, version: int = 1, *, cache: Path | None = None) -> Path:
    """The folder to read an artifact from: its own, or the copy of one below a URL.

    Args:
        cache: where copies are kept; each may be removed when nobody reads it.

    Raises:
        DataError: below the URL is no finished artifact, or one of another kind or format version.
        IntegrityError: it is damaged.
        StorageError, ConfigError, DependencyError: as `ObjectStore`, or the disk refused.
    """
    if not is_url(place):
        return Path(place)
    return fetch(ObjectStore(str(place)), kind, version, cache or cache_folder())


def send_artifact(folder: Path, place: str) -> None:
    """Copy a finished artifact to a URL; what is there of it already is not sent again.

    Raises:
        DataError, IntegrityError, ConfigError, StorageError, DependencyError: as `sending.send`.
    """
    send(ObjectStore(place), folder)


@contextlib.contextmanager
def output_folder(place: Place, kind: str) -> Iterator[Path]:
    """Where the body writes an artifact that is to be at `place`: there, or aside to be sent.

    Raises:
        ConfigError: something else than an artifact of this kind is there, or another process of
            this machine writes to the URL.
        StorageError, DependencyError: as `ObjectStore`; before the body runs if it can be known.
    """
    if not is_url(place):
        refuse_occupied(Path(place), kind)
        yield Path(place)
        return
    store = ObjectStore(str(place))
    require_replaceable(store, kind)
    own = cache_folder() / f"to-{sha256(str(place).encode()).hexdigest()[:16]}"
    with sole_owner(own, doing=WRITES_HERE, remedy=OTHER_OUTPUT):
        shutil.rmtree(own / "output", ignore_errors=True)  # a killed writer's
        try:
            yield own / "output" / kind
            send(store, own / "output" / kind)
        finally:
            shutil.rmtree(own / "output", ignore_errors=True)


def cache_folder() -> Path:
    """Where copies are kept unless told otherwise: below XDG_CACHE_HOME, or ~/.cache."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "spanbert" / "artifacts"
