"""Objects under a URL: put, got and listed, each request tried again until a deadline."""

import contextlib
import hashlib
import os
import random
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from spanbert.errors import ConfigError, IntegrityError, SpanbertError, storage_error
from spanbert.objects.contract import Objects, Upload
from spanbert.objects.folder import FolderObjects
from spanbert.objects.retry import MissingObjectError, Retry, TransientError
from spanbert.objects.s3 import S3Objects

T = TypeVar("T")

# What is sent or fetched in one request, and so what a cut connection costs at most. S3 takes
# parts of 5 MiB to 5 GiB and 10 000 of them: files up to 160 GB.
PART_BYTES = 16 * 2**20
_WHOLE_TRIES = 3  # of a download whose bytes came complete but wrong


class ObjectStore:
    """The objects below `s3://bucket/prefix`, or below `file:///folder` of a shared disk.

    It may be made anywhere and used in another thread or a forked process: nothing is connected
    before the first request. A key is relative to the URL, "/" between its parts.

    Args:
        url: without credentials; they come from the standard AWS chain.
        deadline_s: seconds for which one request (of at most 16 MiB) is tried again.
        read_timeout_s: seconds without a byte after which a request counts as failed.
        sleep: waits so many seconds.
        clock: seconds, from any start.
        chance: draws the pauses between tries.

    Every method raises:
        StorageError: the deadline is over, or the object is not there.
        ConfigError: no credentials, no such bucket, no right to do this; told at once.
        DependencyError: s3fs is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        deadline_s: float = 120.0,
        read_timeout_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        parts = _checked(url)
        self.url = url.rstrip("/")
        self._retry = Retry(deadline_s, sleep, clock, chance or random.SystemRandom())
        self._objects: Objects
        if parts.scheme == "s3":
            root = f"{parts.netloc}/{parts.path.strip('/')}".rstrip("/")
            self._objects = S3Objects(root, read_timeout_s, request_timeout_s=deadline_s)
        else:
            self._objects = FolderObjects(Path(unquote(parts.path)))

    def list(self, prefix: str = "") -> dict[str, int]:
        """Bytes of each object at or below `prefix`, by key; empty where there is none."""
        return self._tried(prefix, lambda: self._objects.sizes(prefix))

    def read(self, key: str, size_bytes: int) -> bytes:
        """A small object's content, which has the length that a listing gave it."""
        return self._tried(key, lambda: self._range(key, 0, size_bytes))

    def write(self, key: str, content: bytes) -> None:
        """Make or replace a small object; its length is checked."""

        def attempt() -> None:
            self._objects.write(key, content)
            self._require_size(key, len(content))

        self._tried(key, attempt)

    def put(self, path: Path, key: str) -> None:
        """Make or replace an object from a file; it appears whole, and its length is checked."""
        try:
            with path.open("rb") as handle:
                size_bytes = os.fstat(handle.fileno()).st_size
                if size_bytes <= PART_BYTES:
                    self.write(key, handle.read())
                else:
                    self._put_parts(handle, key, size_bytes)
        except OSError as error:
            raise storage_error(error, str(path)) from error

    def get(self, key: str, path: Path, *, size_bytes: int, sha256: str) -> None:
        """Make or replace a file from an object; it appears whole, verified and synced.

        Fetched by ranges: what has come stays when a connection is cut.

        Raises:
            IntegrityError: the content differs from its sha256, several times over.
        """
        aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.partial")
        try:
            for _ in range(_WHOLE_TRIES):
                if self._fetch(key, aside, size_bytes) == sha256:
                    aside.replace(path)
                    return
        except OSError as error:
            raise storage_error(error, str(path)) from error
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
        raise IntegrityError(
            "content differs from its recorded sha256",
            place=self.place(key),
            remedy="remove it there and make it again, or use an earlier one",
        )

    def delete(self, prefix: str) -> None:
        """Remove all objects at or below `prefix`; nothing where there is none."""

        def attempt() -> None:
            for key in self._objects.sizes(prefix):
                self._objects.remove(key)
            if left := self._objects.sizes(prefix):
                raise TransientError(f"{len(left)} removed objects are still listed")

        self._tried(prefix, attempt)

    def place(self, key: str) -> str:
        """The URL of an object, for messages."""
        return f"{self.url}/{key}".rstrip("/")

    def _tried(self, key: str, attempt: Callable[[], T]) -> T:
        try:
            return self._retry(attempt, self.place(key))
        except SpanbertError as error:
            error.place = error.place or self.place(key)
            raise

    def _require_size(self, key: str, size_bytes: int) -> None:
        found = self._objects.size(key)
        if found != size_bytes:
            raise TransientError(f"expected {size_bytes} bytes, found {found}")

    def _put_parts(self, handle: BinaryIO, key: str, size_bytes: int) -> None:
        upload = self._tried(key, lambda: self._objects.begin(key))
        try:
            for start in range(0, size_bytes, PART_BYTES):
                content = handle.read(PART_BYTES)
                self._tried(key, lambda s=start, c=content: upload.part(s, c))
            self._tried(key, lambda: self._finish(upload, key, size_bytes))
        except BaseException:
            upload.abort()
            raise

    def _finish(self, upload: Upload, key: str, size_bytes: int) -> None:
        with contextlib.suppress(MissingObjectError):  # finished already: that answer was lost
            upload.finish()
        self._require_size(key, size_bytes)

    def _fetch(self, key: str, path: Path, size_bytes: int) -> str:
        digest = hashlib.sha256()
        with path.open("wb") as handle:
            for start in range(0, size_bytes, PART_BYTES):
                end = min(start + PART_BYTES, size_bytes)
                block = self._tried(key, lambda s=start, e=end: self._range(key, s, e))
                digest.update(block)
                handle.write(block)
            handle.flush()
            os.fsync(handle.fileno())
        return digest.hexdigest()

    def _range(self, key: str, start: int, end: int) -> bytes:
        block = self._objects.read(key, start, end)
        if len(block) != end - start:
            raise TransientError(f"expected {end - start} bytes from {start}, got {len(block)}")
        return block


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:  # not repeated: it may be a secret
        raise ConfigError(
            "a store's URL holds no credentials, query or fragment",
            remedy="write s3://bucket/prefix, and give credentials by the AWS environment or files",
        )
    is_s3, is_file = parts.scheme == "s3" and parts.netloc, parts.scheme == "file"
    if not (is_s3 or (is_file and not parts.netloc and parts.path.startswith("/"))):
        raise ConfigError(
            f"{url!r} is no store", remedy="write s3://bucket/prefix or file:///absolute/folder"
        )
    return parts
