"""The parts of a long document make up the whole, and are cut where it hurts least."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.sources import parts
from spanbert.corpus.sources.parts import readable_parts, split_text
from spanbert.corpus.sources.unreadable import Unreadable

words = st.text(st.sampled_from("ab é\u0301\U0001f600\r\n"), max_size=60)


@pytest.fixture(autouse=True, scope="module")
def _parts_of_eight_characters():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MAX_PART_CHARACTERS", 8)
        yield


@given(words, st.lists(st.integers(0, 120), max_size=6))
def test_nothing_is_lost_however_the_bytes_come(text, cuts):
    content = text.encode()
    edges = sorted({0, *(min(cut, len(content)) for cut in cuts), len(content)})
    pieces = [content[a:b] for a, b in pairwise(edges)]
    found = list(readable_parts(pieces))
    assert "".join(found) == text
    assert found == list(split_text([text]))
    assert max(map(len, found)) <= 8
    assert all(len(part) >= 6 for part in found[:-1])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("abcdef\nghi", "abcdef\n"),
        ("abcde\r\nfgh", "abcde\r\n"),
        ("abcde fg hi", "abcde fg"),
        ("abcdef ghi", "abcdef "),
        ("abc defghijk", "abc defg"),
        ("abcdefg\r\nhi", "abcdefg"),
        ("abcdefge\u0301hi", "abcdefg"),
        ("abcdefg \u0301hi", "abcdefg"),
        ("a" + "\u0301" * 20, "a" + "\u0301" * 7),
        ("abcdefgh", "abcdefgh"),
        ("", ""),
    ],
)
def test_a_part_ends_after_a_line_or_a_word_or_a_whole_character(text, first):
    assert next(split_text([text])) == first


@given(words, st.integers(1, 20))
def test_a_bad_byte_anywhere_rejects_all_of_a_document(text, piece_bytes):
    content = text.encode() + b"\xffrest"
    pieces = [content[n : n + piece_bytes] for n in range(0, len(content), piece_bytes)]
    with pytest.raises(Unreadable) as caught:
        next(readable_parts(pieces))
    assert (caught.value.reason, caught.value.byte_offset) == ("undecodable", len(text.encode()))
