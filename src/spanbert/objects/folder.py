"""Objects as files below a folder: for shared disks, and wherever no S3 is at hand."""

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from spanbert.errors import storage_error
from spanbert.objects.retry import MissingObjectError, TransientError

# a disk that is full, read-only or not ours stays so for longer than we would wait
_LASTING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)


class FolderObjects:
    """The objects below a folder; a key is a path relative to it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes of each object at or below `prefix`, by key."""
        with _failures_sorted():
            top = self._root / prefix
            paths = [top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file())
            finished = [p for p in paths if not p.name.endswith(".partial")]
            return {p.relative_to(self._root).as_posix(): p.stat().st_size for p in finished}

    def size(self, key: str) -> int:
        """Bytes of an object."""
        with _failures_sorted():
            return (self._root / key).stat().st_size

    def read(self, key: str, start: int, end: int) -> bytes:
        """Bytes [start, end) of an object."""
        with _failures_sorted(), (self._root / key).open("rb") as handle:
            handle.seek(start)
            return handle.read(end - start)

    def write(self, key: str, content: bytes) -> None:
        """Make or replace an object: a reader sees the old one or the new."""
        upload = self.begin(key)
        try:
            upload.part(0, content)
            upload.finish()
        finally:
            upload.abort()

    def remove(self, key: str) -> None:
        """Remove an object and the folders that it leaves empty; nothing where it is not."""
        with _failures_sorted():
            path = self._root / key
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # the first that holds something ends it
                for folder in path.relative_to(self._root).parents[:-1]:
                    (self._root / folder).rmdir()

    def begin(self, key: str) -> "FileUpload":
        """An object that comes in parts and is there when the last one is."""
        with _failures_sorted():
            return FileUpload(self._root / key)


class FileUpload:
    """Parts written beside the object's place, then renamed."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._aside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}.partial")
        target.parent.mkdir(parents=True, exist_ok=True)
        self._aside.touch(exist_ok=False)

    def part(self, start: int, content: bytes) -> None:
        """Put `content` at byte `start`."""
        with _failures_sorted(), self._aside.open("r+b") as handle:
            handle.seek(start)
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())

    def finish(self) -> None:
        """Let the object appear."""
        with _failures_sorted():
            self._aside.replace(self._target)

    def abort(self) -> None:
        """Remove what is not finished."""
        with contextlib.suppress(OSError):
            self._aside.unlink(missing_ok=True)


@contextlib.contextmanager
def _failures_sorted() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingObjectError("no such object") from error
    except OSError as error:
        if error.errno in _LASTING:
            raise storage_error(error) from error
        raise TransientError(error.strerror or str(error)) from error
