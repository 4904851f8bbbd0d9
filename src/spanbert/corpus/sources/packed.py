"""Compressed bytes -> the bytes that they stand for, within limits."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spanbert.corpus.optional import optional_import
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.errors import IntegrityError

PACKINGS = (".gz", ".xz", ".zst", ".bz2")
PACKED_RATIO = 4  # of text, about: compressed files count as what they hold
# Text shrinks by less than 10 and logs by some 100; only made-up files pass 1000. Small files may
# shrink by any ratio, since they cannot fill a disk.
MAX_EXPANSION = 1000
UNCHECKED_BYTES = 64 * 2**20
# One zstd block of 4 bytes can stand for 128 KiB, so this much input makes 32 MiB at the most.
PACKED_BLOCK_BYTES = 1024
XZ_MEMORY_BYTES = 128 * 2**20  # `xz -9` needs 65 MiB
_EXPANDED_BYTES = 2**20


class Expansion:
    """Watches that what is read does not grow like a decompression bomb.

    Args:
        place: of the compressed file, for the message.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._expanded_bytes = 0

    def count(self, expanded_bytes: int, packed_bytes: int) -> None:
        """Note bytes that came out, and how many have gone in since the file's start.

        Raises:
            IntegrityError: it has grown by more than `MAX_EXPANSION`.
        """
        self._expanded_bytes += expanded_bytes
        if self._expanded_bytes <= max(UNCHECKED_BYTES, MAX_EXPANSION * packed_bytes):
            return
        raise IntegrityError(
            f"{packed_bytes} compressed bytes expand to more than {self._expanded_bytes} bytes,"
            f" over {MAX_EXPANSION} times as many",
            place=self._place,
            remedy="leave the file out, or decompress it by hand if it is genuine",
        )


def expanded(blocks: Iterable[bytes], packing: str, place: str) -> Iterator[bytes]:
    """The content of a compressed file, which may be several streams in a row.

    Raises:
        Unreadable: corrupt_file or truncated_file.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: zstandard is not installed.
    """
    open_stream, stream_errors = _codec(packing)
    stream, packed_bytes, expansion = open_stream(), 0, Expansion(place)
    for packed in _small(blocks):
        packed_bytes += len(packed)
        while packed:
            if stream.eof:
                packed = packed.lstrip(b"\0")  # padding after a stream is allowed
                if not packed:
                    break
                stream = open_stream()
            try:
                for block in _decompressed(stream, packed):
                    expansion.count(len(block), packed_bytes)
                    yield block
            except stream_errors as error:
                raise Unreadable("corrupt_file") from error
            packed = stream.unused_data
    if not stream.eof:
        raise Unreadable("truncated_file")


def _small(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for start in range(0, len(block), PACKED_BLOCK_BYTES):
            yield block[start : start + PACKED_BLOCK_BYTES]


def _codec(packing: str) -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    """What opens a decompressor of one stream, and the errors it raises on damage."""
    if packing == ".gz":
        return lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), (zlib.error,)
    if packing == ".xz":
        return lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES), (lzma.LZMAError,)
    if packing == ".bz2":
        return bz2.BZ2Decompressor, (OSError, ValueError)
    zstandard = optional_import("zstandard")
    return lambda: zstandard.ZstdDecompressor().decompressobj(), (zstandard.ZstdError,)


def _decompressed(stream: Any, packed: bytes) -> Iterator[bytes]:
    if not isinstance(stream, bz2.BZ2Decompressor):
        yield stream.decompress(packed)
        return
    # its blocks of 40 bytes can stand for 46 MB each
    yield stream.decompress(packed, _EXPANDED_BYTES)
    while not (stream.eof or stream.needs_input):
        yield stream.decompress(b"", _EXPANDED_BYTES)
