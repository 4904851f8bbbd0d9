"""A file, near or far -> its bytes."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.items import SourceFile
from spanbert.corpus.sources.packed import expanded
from spanbert.corpus.sources.remote.https import HttpsFile
from spanbert.corpus.sources.remote.s3 import S3File

PLAIN_BLOCK_BYTES = 2**20


def raw_blocks(
    file: SourceFile, config: CorpusConfig, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Bytes [start, end) of a file as it lies there.

    Raises:
        OSError: the system refused to read it.
        IntegrityError, DataError, DependencyError, ConfigError: as `HttpsFile` and `S3File`.
    """
    if file.place.startswith("https://"):
        assert start == 0
        yield from HttpsFile(file.place, config).blocks((file.size_bytes, file.version))
        return
    if file.place.startswith("s3://"):
        size_bytes = file.size_bytes or 0
        last = size_bytes if end is None else end
        yield from S3File(file.place, config).blocks((size_bytes, file.version), start, last)
        return
    with open(file.place, "rb") as handle:
        handle.seek(start)
        while block := handle.read(_next_bytes(handle.tell(), end)):
            yield block


def content_blocks(
    file: SourceFile, config: CorpusConfig, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Bytes of a file, decompressed if it is packed; only plain ones have a part [start, end).

    Raises:
        OSError: the system refused to read it.
        Unreadable, IntegrityError, DependencyError: as `expanded`.
    """
    blocks = raw_blocks(file, config, start, end)
    return expanded(blocks, file.packing, file.place) if file.packing else blocks


@contextlib.contextmanager
def local_path(file: SourceFile, config: CorpusConfig) -> Iterator[Path]:
    """Where a file lies on disk; what comes by a network lies there for a while."""
    if not file.is_remote:
        yield Path(file.place)
        return
    with tempfile.NamedTemporaryFile() as copy:
        for block in raw_blocks(file, config):
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def _next_bytes(position: int, end: int | None) -> int:
    return PLAIN_BLOCK_BYTES if end is None else min(PLAIN_BLOCK_BYTES, end - position)
