"""Compression changes nothing but the size."""

import json
import lzma

import pytest
import zstandard
from corpus_records import PACK, read, rejections, texts

from spanbert.errors import IntegrityError


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_compression_does_not_change_the_records(write, packing, suffix):
    rows = [json.dumps({"text": f"text {n}"}) for n in range(2000)]
    content = ("\n\n".join(rows)).encode()
    pack = PACK[packing]
    plain = read(write("a" + suffix, content))
    packed = read(write("a" + suffix + packing, pack(content)))
    halves = read(write("b" + suffix + packing, pack(content[:999]) + pack(content[999:])))
    assert len(plain) == 2000
    assert texts(packed) == texts(halves) == texts(plain)
    assert rejections(packed) == rejections(halves) == []


def test_padding_after_a_stream_is_ignored(write):
    assert texts(read(write("a.txt.xz", lzma.compress(b"text") + bytes(5000)))) == ["text"]


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_a_truncated_file_gives_what_comes_before_the_cut(write, packing, suffix):
    rows = [json.dumps({"text": f"text {n * n}"}) for n in range(10_000)]
    content = "\n\n".join(rows).encode()
    packed = PACK[packing](content)
    whole = texts(read(write("a" + suffix, content)))
    found = read(write("cut" + suffix + packing, packed[: len(packed) // 2]))
    assert found[:-1] != []
    assert texts(found[:-1]) == whole[: len(found) - 1]
    (place,) = rejections(found)
    assert place[1] == "truncated_file"
    assert content[place[0] - 1 : place[0] + 1] == b"\n{"  # where the lost record begins


@pytest.mark.parametrize("packing", PACK)
def test_a_file_that_is_not_what_its_suffix_says_is_rejected(write, packing):
    found = read(write("a.txt" + packing, b"not compressed at all"))
    assert rejections(found) == [(0, "corrupt_file")]


@pytest.mark.parametrize("packing", PACK)
def test_a_flipped_byte_is_noticed(write, packing):
    packed = bytearray(PACK[packing]("\n\n".join(map(str, range(20_000))).encode()))
    packed[len(packed) // 2] ^= 0xFF
    if packing == ".zst":  # its checksum is optional, so damage the header of the frame instead
        packed[0] ^= 0xFF
    (rejection,) = rejections(read(write("a.txt" + packing, bytes(packed))))
    assert rejection[1] == "corrupt_file"


@pytest.mark.parametrize("packing", [".xz", ".zst", ".bz2"])
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_a_decompression_bomb_is_refused(write, packing, suffix):
    bomb = write("a" + suffix + packing, PACK[packing](b"a" * 80 * 2**20))
    with pytest.raises(IntegrityError, match=r"a\.(txt|jsonl)\.(xz|zst|bz2): \d+ compressed"):
        read(bomb)


def test_a_small_file_may_shrink_by_any_ratio(write):
    assert "".join(texts(read(write("a.txt.zst", zstandard.compress(b"a" * 10**7))))) == "a" * 10**7
