"""Segments: whole sentences that fit, nothing lost, specials around each, parts by themselves."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from coref_documents import TINY, WORDS, made_up
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.coref.cuts import segment_bounds, shifted_segments
from spanbert.tasks.coref.document import GENRES
from spanbert.tasks.coref.segments import framed, segmented, word_pieces
from spanbert.tasks.encoding import TextEncoder
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.training.table import train_tokenizer_on

LENGTHS = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=8), max_size=12)


def bounds_of(lengths):
    """First piece of each word and of each sentence, then the end."""
    words = np.cumsum([0, *(length for sentence in lengths for length in sentence)])
    return words, np.cumsum([0, *map(sum, lengths)])


@given(LENGTHS, st.integers(5, 30))
def test_each_segment_is_the_longest_run_of_sentences_that_fits_or_else_of_words(lengths, room):
    words, sentences = bounds_of(lengths)
    bounds = segment_bounds(words, sentences, room).tolist()
    assert bounds[0] == 0
    assert bounds[-1] == words[-1]
    for start, end in pairwise(bounds):
        whole = [s for s in sentences.tolist() if start < s <= start + room]
        parts = [w for w in words.tolist() if start < w <= start + room]
        assert end == (max(whole) if whole else max(parts))


@given(LENGTHS, st.integers(10, 30))
def test_shifted_segments_go_from_middle_to_middle_and_are_never_too_long(lengths, room):
    words, sentences = bounds_of(lengths)
    bounds = segment_bounds(words, sentences, room)
    shifted = shifted_segments(words, bounds, room)
    assert len(shifted) == max(0, len(bounds) - 2)
    assert set(shifted.ravel().tolist()) <= set(words.tolist())
    for n, (start, end) in enumerate(shifted.tolist()):
        middles = (bounds[n : n + 2] + bounds[n + 1 : n + 3]) / 2
        assert 0 <= start - middles[0] < 5
        assert start < bounds[n + 1] + 5
        assert start < end <= start + room
        assert -5 < end - middles[1] < 5
    assert (shifted[1:, 0] >= shifted[:-1, 1]).all()


def test_words_are_cut_one_by_one_and_each_has_a_piece(tokenizer):
    words = ["Oslo", "/.", "\x00", "/?", "kites", "/-", "漢"]
    ids, bounds = word_pieces(words, TextEncoder(tokenizer), 100)
    parts = [part.tolist() for part in np.split(ids, bounds[1:-1])]
    expected = [tokenizer.encode(text).ids.tolist() for text in ("Oslo", ".", "?", "kites", "/-")]
    assert parts[0] == expected[0]
    assert [parts[1], parts[3], parts[4], parts[5]] == expected[1:]
    assert parts[2] == parts[6] == [tokenizer.unk_id]


def test_a_word_that_is_longer_than_a_segment_keeps_its_first_pieces(tokenizer):
    ids, bounds = word_pieces(["x" * 40, "Ann"], TextEncoder(tokenizer), 7)
    assert bounds.tolist()[1] <= 7
    (document,) = segmented(
        [replace(made_up(1), sentences=(("b-" * 40, "a"),), speakers=(("", ""),), clusters=())],
        tokenizer,
        TINY,
    )
    assert document.word_bounds[1] == TINY.segment_length - 2
    assert ids[: bounds[1]].tolist() == tokenizer.encode("x" * 40).ids[:7].tolist()


def test_words_of_a_tokenizer_that_joins_spaces_are_cut_as_within_a_text():
    settings = TokenizerConfig(model="byte-bpe", vocab_size=300, min_frequency=1)
    tokenizer = train_tokenizer_on(lambda: [" ".join(WORDS)] * 3, settings)
    ids, _ = word_pieces(WORDS[1:], TextEncoder(tokenizer), 100)
    whole = tokenizer.encode(" ".join(WORDS)).ids
    first = len(tokenizer.encode(WORDS[0]).ids)
    assert ids.tolist() == whole[first:].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_the_encoder_reads_every_piece_once_between_specials(seed, tokenizer):
    (document,) = segmented([made_up(seed)], tokenizer, TINY)
    text = framed(document, document.segments)
    cls_id, sep_id = document.specials
    first = 0
    for (start, end), length in zip(document.segments.tolist(), text.lengths, strict=True):
        assert length == end - start + 2 <= TINY.segment_length
        expected = [cls_id, *document.pieces[start:end], sep_id]
        assert text.token_ids[first : first + length].tolist() == expected
        first += length
    assert first == len(text.token_ids) == document.num_tokens
    assert text.pieces.tolist() == list(range(len(document.pieces)))
    np.testing.assert_array_equal(text.token_ids[text.tokens], document.pieces)


@pytest.mark.parametrize("seed", range(4))
def test_a_part_is_the_document_of_its_words(seed, tokenizer):
    config = replace(TINY, overlap=True)
    (whole,) = segmented([made_up(seed, 9)], tokenizer, config)
    part = whole.part(1, 3)
    start, end = whole.segments[1, 0], whole.segments[2, 1]
    assert part.pieces.tolist() == whole.pieces[start:end].tolist()
    assert part.word_bounds[[0, -1]].tolist() == [0, end - start]
    assert whole.word_bounds[part.first_word] == start
    first, past = part.first_word, part.first_word + len(part.sentences)
    assert part.sentences.tolist() == whole.sentences[first:past].tolist()
    assert part.speakers.tolist() == whole.speakers[first:past].tolist()
    assert (part.segments + start).tolist() == whole.segments[1:3].tolist()
    assert (part.shifted + start).tolist() == whole.shifted[1:2].tolist()
    kept = {
        (s, e, c)
        for (s, e), c in zip(whole.gold.spans.tolist(), whole.gold.clusters, strict=True)
        if first <= s and e <= past
    }
    moved = (part.gold.spans + first).tolist()
    assert kept == {(s, e, c) for (s, e), c in zip(moved, part.gold.clusters, strict=True)}
    places = part.segments_of(np.arange(len(part.pieces)))
    assert places.tolist() == whole.segments_of(np.arange(start, end)).tolist()
    np.testing.assert_array_equal(whole.part(0, len(whole.segments)).pieces, whole.pieces)


def test_speakers_and_genres_are_numbers(tokenizer):
    names = (("Bob", "", "Ann"), ("Bob",))
    document = replace(made_up(1), sentences=(("a", "b", "c"), ("d",)), speakers=names, clusters=())
    (one,) = segmented([document], tokenizer, TINY)
    assert one.speakers.tolist() == [0, 1, 2, 0]
    assert one.genre == 1 + GENRES.index("nw")
    for genre in ("", "of my own"):
        (other,) = segmented([replace(document, genre=genre)], tokenizer, TINY)
        assert other.genre == 0
