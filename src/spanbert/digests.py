"""A file -> its sha256, and a crc32 of each block that tells where damage lies, in one pass."""

import hashlib
import zlib
from pathlib import Path
from typing import NamedTuple

BLOCK_BYTES = 4 * 2**20  # what is named when a file is damaged
_SMALLEST_BYTES = 2**20  # a smaller file is its own block
_READ_BYTES = 2**18  # a block that has just been hashed is still in the processor's cache
_DIGITS = 8  # hexadecimal, of one crc32


class FileDigest(NamedTuple):
    """What tells whether a file is still the same, and where it is not."""

    sha256: str
    crc32_of_blocks: str  # 8 hexadecimal digits a block of 4 MiB; "" for a file up to 1 MiB


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def digest_of(path: Path) -> FileDigest:
    """Both digests of a file, which is read once."""
    if path.stat().st_size <= _SMALLEST_BYTES:
        return FileDigest(sha256_of(path), "")
    sha256, blocks = hashlib.sha256(), []
    buffer = memoryview(bytearray(_READ_BYTES))
    with path.open("rb") as handle:
        position = 0
        while size := handle.readinto(buffer):
            if position % BLOCK_BYTES == 0:
                blocks.append(0)
            sha256.update(buffer[:size])
            blocks[-1] = zlib.crc32(buffer[:size], blocks[-1])
            position += size
    return FileDigest(sha256.hexdigest(), "".join(f"{crc:0{_DIGITS}x}" for crc in blocks))


def damaged_bytes(path: Path, crc32_of_blocks: str) -> str:
    """Which bytes differ from the recorded blocks, as a phrase; "" where no block tells."""
    found = digest_of(path).crc32_of_blocks
    if len(found) != len(crc32_of_blocks):
        return ""
    starts = range(0, len(found), _DIGITS)
    bad = [s for s in starts if found[s : s + _DIGITS] != crc32_of_blocks[s : s + _DIGITS]]
    if not bad:
        return ""
    first = bad[0] // _DIGITS * BLOCK_BYTES
    end = min(first + BLOCK_BYTES, path.stat().st_size)
    others = f" and in {len(bad) - 1} more blocks" if len(bad) > 1 else ""
    return f" in bytes {first} to {end}{others}"
