"""One pass gives the sha256 and tells later which block is damaged."""

import hashlib
import os
import zlib

import pytest

from spanbert.digests import BLOCK_BYTES, damaged_bytes, digest_of, sha256_of

MIB = 2**20


@pytest.mark.parametrize("size", [0, 1, MIB, MIB + 1, BLOCK_BYTES, BLOCK_BYTES + 1, 9 * MIB + 7])
def test_both_digests_are_those_of_the_standard_library(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "a").write_bytes(content)
    found = digest_of(tmp_path / "a")
    assert found.sha256 == sha256_of(tmp_path / "a") == hashlib.sha256(content).hexdigest()
    blocks = [content[i : i + BLOCK_BYTES] for i in range(0, size, BLOCK_BYTES)]
    expected = "".join(f"{zlib.crc32(block):08x}" for block in blocks)
    assert found.crc32_of_blocks == (expected if size > MIB else "")


@pytest.mark.parametrize(
    ("positions", "told"),
    [
        ([], ""),
        ([0], f" in bytes 0 to {BLOCK_BYTES}"),
        ([2 * BLOCK_BYTES - 1], f" in bytes {BLOCK_BYTES} to {2 * BLOCK_BYTES}"),
        ([2 * BLOCK_BYTES], f" in bytes {2 * BLOCK_BYTES} to {2 * BLOCK_BYTES + 7}"),
        ([0, BLOCK_BYTES], f" in bytes 0 to {BLOCK_BYTES} and in 1 more blocks"),
    ],
)
def test_the_first_damaged_block_is_named(tmp_path, positions, told):
    content = bytearray(os.urandom(2 * BLOCK_BYTES + 7))
    (tmp_path / "a").write_bytes(content)
    recorded = digest_of(tmp_path / "a").crc32_of_blocks
    for position in positions:
        content[position] ^= 1
    (tmp_path / "a").write_bytes(content)
    assert damaged_bytes(tmp_path / "a", recorded) == told
    assert damaged_bytes(tmp_path / "a", "") == ""
