"""documents -> word pieces, with sentences, word starts and annotations as spans of pieces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat, tee

import numpy as np

from spanbert.corpus.annotations import NO_ANNOTATIONS, Annotations, Annotator
from spanbert.corpus.documents import Document
from spanbert.corpus.sentences import sentence_spans
from spanbert.shapes import Bool, Int
from spanbert.shards.pieces import NO_SPANS, Pieces
from spanbert.tokenizer.chunk_cache import ChunkCache
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

_BETWEEN = " "
_DOCUMENTS_AT_ONCE = 256
_CHARACTERS_AT_ONCE = 1 << 20  # a tokenizer takes some hundred bytes for each


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """One document as pieces."""

    number: int  # its place among the documents given
    pieces: Pieces
    sentence_bounds: Int[np.ndarray, " bounds"]  # 0, then where each sentence ends, in pieces


class DocumentEncoder:
    """Documents -> pieces; it remembers those of what has come before, to be fast.

    Args:
        tokenizer: of any kind.
        annotator: absent: documents are without entities and noun phrases.
        language: whose rules end sentences.
    """

    def __init__(
        self, tokenizer: SubwordTokenizer, annotator: Annotator | None, language: str = "en"
    ) -> None:
        self.tokenizer, self.annotator, self._language = tokenizer, annotator, language
        self._chunks = ChunkCache(tokenizer) if tokenizer.cuts_at_spaces else None

    def encode(self, documents: Iterable[Document]) -> Iterator[EncodedDocument]:
        """Each document in turn, numbered from 0."""
        number = 0
        for group in _groups(_annotated(iter(documents), self.annotator)):
            texts = [document.text for document, _ in group]
            by_chunks = self._by_chunks(texts)
            for (document, annotations), encoding in zip(group, by_chunks, strict=True):
                sentences = sentence_spans(document.text, self._language)
                if encoding is None:
                    encoding, bounds = _by_sentences(self.tokenizer, document.text, sentences)
                else:
                    bounds = _bounds(encoding, sentences)
                yield EncodedDocument(number, _pieces(encoding, annotations), bounds)
                number += 1

    def _by_chunks(self, texts: list[str]) -> Sequence[Encoding | None]:
        """The pieces of each text, sentences and all; None where they are asked for one by one."""
        if self._chunks is None:
            return [None] * len(texts)
        return self._chunks.encode_batch([text.replace("\n", _BETWEEN) for text in texts])


def _annotated(
    documents: Iterator[Document], annotator: Annotator | None
) -> Iterator[tuple[Document, Annotations]]:
    if annotator is None:
        return zip(documents, repeat(NO_ANNOTATIONS))
    documents, copies = tee(documents)
    return zip(documents, annotator.annotate(d.text for d in copies), strict=True)


def _groups(
    documents: Iterable[tuple[Document, Annotations]],
) -> Iterator[list[tuple[Document, Annotations]]]:
    """As many documents as are tokenized at once, at least one."""
    group, num_characters = list[tuple[Document, Annotations]](), 0
    for each in documents:
        num_characters += len(each[0].text)
        if group and (len(group) == _DOCUMENTS_AT_ONCE or num_characters > _CHARACTERS_AT_ONCE):
            yield group
            group, num_characters = [], len(each[0].text)
        group.append(each)
    if group:
        yield group


def _bounds(encoding: Encoding, sentences: list[tuple[int, int]]) -> Int[np.ndarray, " bounds"]:
    firsts = np.array([start for start, _ in sentences[1:]], dtype=np.int64)
    inner = np.searchsorted(encoding.starts, firsts)
    return np.concatenate([[0], inner, [len(encoding.ids)] * bool(sentences)]).astype(np.int64)


def _by_sentences(
    tokenizer: SubwordTokenizer, text: str, sentences: list[tuple[int, int]]
) -> tuple[Encoding, Int[np.ndarray, " bounds"]]:
    """Sentences end to end, and where they end in pieces.

    All but the first are read with the space before them, if there is one: vocabularies that keep
    it count on it.
    """
    offsets = [
        start - (n > 0 and text[start - 1].isspace()) for n, (start, _) in enumerate(sentences)
    ]
    texts = [
        _BETWEEN * (start - at) + text[start:end]
        for at, (start, end) in zip(offsets, sentences, strict=True)
    ]
    found = tokenizer.encode_batch(texts)
    empty = np.zeros(0, dtype=np.int64)
    joined = Encoding(
        np.concatenate([empty, *(e.ids for e in found)]),
        np.concatenate([empty, *(e.starts + at for e, at in zip(found, offsets, strict=True))]),
        np.concatenate([empty, *(e.ends + at for e, at in zip(found, offsets, strict=True))]),
        np.concatenate([empty.astype(bool), *(e.word_starts for e in found)]),
    )
    return joined, np.cumsum([0] + [len(e.ids) for e in found])


def _pieces(encoding: Encoding, annotations: Annotations) -> Pieces:
    entities, noun_phrases = (
        spans_of_pieces(spans, encoding.starts, encoding.ends, encoding.word_starts)
        for spans in (annotations.entities, annotations.noun_phrases)
    )
    return Pieces(encoding.ids, encoding.word_starts, entities, noun_phrases)


def spans_of_pieces(
    characters: Int[np.ndarray, "spans 2"],
    starts: Int[np.ndarray, " seq"],
    ends: Int[np.ndarray, " seq"],
    word_starts: Bool[np.ndarray, " seq"],
) -> Int[np.ndarray, "kept 2"]:
    """The complete words that each span of characters touches, as spans of pieces.

    A span without a piece is left out, and so is one that shares a word with the span before it.

    Args:
        characters: half-open, in order.
        starts: first character of each piece.
        ends: one past its last.
    """
    if not len(characters):
        return NO_SPANS
    first = np.searchsorted(ends, characters[:, 0], side="right")
    last = np.searchsorted(starts, characters[:, 1])  # one past the last piece
    words = np.flatnonzero(word_starts)
    bounds = np.append(words, len(word_starts))
    kept: list[tuple[int, int]] = []
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        if a >= b:
            continue
        start = int(words[np.searchsorted(words, a, side="right") - 1])
        if not kept or start >= kept[-1][1]:
            kept.append((start, int(bounds[np.searchsorted(bounds, b)])))
    return np.array(kept, dtype=np.int64).reshape(-1, 2) if kept else NO_SPANS
