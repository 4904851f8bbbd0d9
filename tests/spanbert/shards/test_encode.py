"""Spans of characters become the complete words that they touch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.shards.encode import spans_of_pieces
from spanbert.shards.pieces import NO_SPANS, Pieces, joined


@st.composite
def texts(draw):
    """Pieces as (first character, one past the last, begins a word), and spans of characters."""
    pieces, place = [], 0
    for word in draw(st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3), max_size=8)):
        place += draw(st.integers(0, 2))  # white space, or none
        for i, length in enumerate(word):
            pieces.append((place, place + length, i == 0))
            place += length
    marks = sorted(draw(st.sets(st.integers(0, place + 2), max_size=8)))
    return pieces, list(zip(marks[::2], marks[1::2], strict=False))


def touched(pieces, span):
    """The obvious way: the words of all pieces that share a character with the span."""
    words = np.cumsum([is_start for *_, is_start in pieces])
    hit = {w for (a, b, _), w in zip(pieces, words, strict=True) if a < span[1] and b > span[0]}
    inside = [i for i, word in enumerate(words) if word in hit]
    return [inside[0], inside[-1] + 1] if inside else None


@given(texts())
def test_spans_are_widened_to_words_and_never_overlap(text):
    pieces, characters = text
    expected = []
    for span in (touched(pieces, span) for span in characters):
        if span and (not expected or span[0] >= expected[-1][1]):
            expected.append(span)
    rows = np.array(pieces, dtype=np.int64).reshape(-1, 3)
    spans = np.array(characters, dtype=np.int64).reshape(-1, 2)
    found = spans_of_pieces(spans, rows[:, 0], rows[:, 1], rows[:, 2].astype(bool))
    assert found.tolist() == expected


@given(st.lists(st.integers(0, 30), max_size=8, unique=True).map(sorted), st.data())
def test_parts_end_to_end_are_the_whole_but_for_spans_that_cross_a_cut(marks, data):
    spans = np.array(marks[: len(marks) // 2 * 2], dtype=np.int64).reshape(-1, 2)
    whole = Pieces(np.arange(30), np.arange(30) % 3 == 0, spans, NO_SPANS)
    cut = data.draw(st.integers(0, 30))
    again = joined([whole.part(0, cut), whole.part(cut, 30)])
    assert np.array_equal(again.ids, whole.ids)
    assert np.array_equal(again.word_starts, whole.word_starts)
    assert again.entities.tolist() == [[a, b] for a, b in spans.tolist() if b <= cut or a >= cut]
