"""Lines and their pieces are the same however the bytes come."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.sources import lines
from spanbert.corpus.sources.lines import LinePiece, line_pieces, whole_lines
from spanbert.corpus.sources.unreadable import Unreadable

contents = st.lists(st.sampled_from([b"a", b"b", b" ", b"\n"]), max_size=40).map(b"".join)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks_and_pieces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", 1)
        patch.setattr(lines, "MAX_PIECE_BYTES", 4)
        yield


def blocks_of(content: bytes, block_bytes: int) -> Iterator[bytes]:
    return (content[n : n + block_bytes] for n in range(0, len(content), block_bytes))


def obvious_pieces(content: bytes) -> Iterator[LinePiece]:
    offset = 0
    for line in content.split(b"\n"):
        cuts = list(range(0, max(len(line), 1), 4))
        for cut in cuts:
            yield LinePiece(offset + cut, line[cut : cut + 4], cut == 0, cut == cuts[-1])
        offset += len(line) + 1


@given(contents, st.integers(1, 9))
def test_pieces_are_the_same_wherever_blocks_are_cut(content, block_bytes):
    assert list(line_pieces(blocks_of(content, block_bytes))) == list(obvious_pieces(content))


@given(contents, st.integers(1, 9))
def test_whole_lines_are_those_of_the_content(content, block_bytes):
    found = [
        b"".join(line) for _, line in whole_lines(line_pieces(blocks_of(content, block_bytes)))
    ]
    assert found == content.split(b"\n")


@given(contents, st.integers(1, 9))
def test_what_breaks_off_is_placed_at_the_start_of_its_line(content, block_bytes):
    def broken() -> Iterator[bytes]:
        yield from blocks_of(content, block_bytes)
        raise Unreadable("truncated_file")

    found = []
    with pytest.raises(Unreadable) as caught:
        found.extend(offset for offset, _ in whole_lines(line_pieces(broken())))
    assert caught.value.byte_offset == content.rfind(b"\n") + 1
    assert len(found) <= content.count(b"\n")
