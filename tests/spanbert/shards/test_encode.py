"""Documents become the pieces of their sentences; spans of characters become complete words."""

import numpy as np
import pytest
import tiny
import unigrams
from document_files import documents_of
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.annotations import Annotations, Annotator
from spanbert.corpus.sentences import sentence_spans
from spanbert.shards import encode
from spanbert.shards.encode import DocumentEncoder, spans_of_pieces
from spanbert.shards.pieces import NO_SPANS, Pieces, joined
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.training.table import train_tokenizer_on

TEXTS = [*tiny.texts(40), "naïve e\u0301 漢字かな don't 👩\u200d👩 שלום (one) [MASK] 3.5 A. B. Lee"]
TOKENIZERS = {
    kind: train_tokenizer_on(
        lambda: TEXTS, TokenizerConfig(model=kind, vocab_size=500, min_frequency=1)
    )
    for kind in ("wordpiece", "byte-bpe")
}
TOKENIZERS["unigram"] = unigrams.trained_unigram(TEXTS, vocab_size=500)

words = st.sampled_from(" ".join(TEXTS).split()) | st.text(max_size=5)
ends = st.sampled_from([". ", "? ", "\n", ".\n", " ", " ", " "])
contents = st.lists(words | ends, max_size=25).map("".join)


class EverySeventhCharacter(Annotator):
    """Marks runs of five characters, with two between them."""

    def __init__(self):
        pass

    def annotate(self, texts):
        for text in texts:
            starts = np.arange(0, len(text), 7)
            spans = np.stack([starts, np.minimum(starts + 5, len(text))], axis=1)
            yield Annotations(spans, spans[::2])


def by_sentence(tokenizer, text, annotations):
    """The obvious way: each sentence alone, all but the first with the space before it."""
    columns, bounds = [[], [], [], []], [0]
    for n, (a, b) in enumerate(sentence_spans(text)):
        space = int(n > 0 and text[a - 1].isspace())
        pieces = tokenizer.encode(" " * space + text[a:b])
        for column, values, shift in zip(
            columns,
            (pieces.ids, pieces.starts, pieces.ends, pieces.word_starts),
            (0, a - space, a - space, 0),
            strict=True,
        ):
            column += [value + shift for value in values.tolist()]
        bounds.append(len(columns[0]))
    ids, starts, ends, begins = (np.array(column, dtype=np.int64) for column in columns)
    places = starts, ends, begins.astype(bool)
    spans = [spans_of_pieces(s, *places) for s in (annotations.entities, annotations.noun_phrases)]
    return Pieces(ids, begins.astype(bool), *spans), bounds


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(texts=st.lists(contents, max_size=6), at_once=st.integers(1, 200))
def test_documents_are_their_sentences_end_to_end(kind, texts, at_once):
    tokenizer, annotator = TOKENIZERS[kind], EverySeventhCharacter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "_CHARACTERS_AT_ONCE", at_once)
        found = list(DocumentEncoder(tokenizer, annotator).encode(documents_of(texts)))
    assert [document.number for document in found] == list(range(len(texts)))
    for text, document, marks in zip(texts, found, annotator.annotate(texts), strict=True):
        pieces, bounds = by_sentence(tokenizer, text, marks)
        assert document.sentence_bounds.tolist() == bounds
        for name in ("ids", "word_starts", "entities", "noun_phrases"):
            ours, theirs = getattr(document.pieces, name), getattr(pieces, name)
            assert ours.tolist() == theirs.tolist()
            assert ours.dtype == theirs.dtype


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
