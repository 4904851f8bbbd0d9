"""Segments are runs of whole sentences; nothing is lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.shards.segments import segment_bounds


@st.composite
def documents(draw):
    """Sentence bounds with the word starts of their pieces."""
    words = draw(st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=12), max_size=8))
    starts = [i == 0 for sentence in words for word in sentence for i in range(word)]
    return bounds_of(*map(sum, words)), np.array(starts, dtype=bool)


def bounds_of(*lengths):
    return np.cumsum([0, *lengths])


@given(documents(), st.integers(3, 20))
def test_segments_tile_the_document_within_the_limit(document, max_pieces):
    sentences, starts = document
    bounds = segment_bounds(sentences, starts, max_pieces)
    assert np.array_equal(np.concatenate([[0], bounds[:, 1]])[:-1], bounds[:, 0])
    assert (bounds[-1, 1] if len(bounds) else 0) == sentences[-1]
    assert (bounds[:, 1] - bounds[:, 0] <= max_pieces).all()
    assert (bounds[:, 1] > bounds[:, 0]).all()


@given(documents(), st.integers(3, 20))
def test_a_cut_is_at_a_sentence_end_or_inside_a_sentence_that_is_too_long(document, max_pieces):
    sentences, starts = document
    for cut in segment_bounds(sentences, starts, max_pieces)[:-1, 1]:
        after = int(np.searchsorted(sentences, cut))
        assert cut in sentences or sentences[after] - sentences[after - 1] > max_pieces


@given(documents(), st.integers(5, 20))
def test_no_word_that_fits_is_cut(document, max_pieces):
    sentences, starts = document
    for cut in segment_bounds(sentences, starts, max_pieces)[:-1, 1]:
        assert starts[cut]


def test_a_sentence_that_does_not_fit_begins_the_next_segment():
    bounds = segment_bounds(bounds_of(4, 4, 4, 3), np.ones(15, dtype=bool), 9)
    assert bounds.tolist() == [[0, 8], [8, 15]]


def test_trap_21_the_longest_sentences_are_cut_and_kept():
    bounds = segment_bounds(bounds_of(2, 25, 2), np.ones(29, dtype=bool), 10)
    assert bounds.tolist() == [[0, 2], [2, 12], [12, 22], [22, 29]]


def test_a_word_longer_than_a_segment_is_cut_anywhere():
    starts = np.zeros(12, dtype=bool)
    starts[0] = True
    assert segment_bounds(bounds_of(12), starts, 5).tolist() == [[0, 5], [5, 10], [10, 12]]
