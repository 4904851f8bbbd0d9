"""documents -> word pieces, with sentences, word starts and annotations as spans of pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, repeat, tee

import numpy as np

from spanbert.corpus.annotations import NO_ANNOTATIONS, Annotations, Annotator
from spanbert.corpus.documents import Document
from spanbert.corpus.sentences import sentence_spans
from spanbert.shapes import Bool, Int
from spanbert.shards.pieces import NO_SPANS, Pieces
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

_BETWEEN = " "
_DOCUMENTS_AT_ONCE = 256  # enough to keep the tokenizer's threads busy


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """One document as pieces."""

    number: int  # its place in the documents artifact
    pieces: Pieces
    sentence_bounds: Int[np.ndarray, " bounds"]  # 0, then where each sentence ends, in pieces


def encode_documents(
    documents: Iterator[Document], tokenizer: SubwordTokenizer, annotator: Annotator | None
) -> Iterator[EncodedDocument]:
    """Each document in turn; without annotator, without entities and noun phrases."""
    numbered = enumerate(_annotated(documents, annotator))
    while group := list(islice(numbered, _DOCUMENTS_AT_ONCE)):
        sentences = [sentence_spans(document.text) for _, (document, _) in group]
        texts = [
            text
            for (_, (document, _)), spans in zip(group, sentences, strict=True)
            for text in _sentence_texts(document.text, spans)
        ]
        encodings = iter(tokenizer.encode_batch(texts))
        for (number, (_, annotations)), spans in zip(group, sentences, strict=True):
            own = list(islice(encodings, len(spans)))
            offsets = [start - len(_BETWEEN) * (n > 0) for n, (start, _) in enumerate(spans)]
            yield _joined(number, own, offsets, annotations)


def _sentence_texts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Sentences, all but the first with the space before: vocabularies that keep it count on it."""
    return [_BETWEEN * (n > 0) + text[start:end] for n, (start, end) in enumerate(spans)]


def _annotated(
    documents: Iterator[Document], annotator: Annotator | None
) -> Iterator[tuple[Document, Annotations]]:
    if annotator is None:
        return zip(documents, repeat(NO_ANNOTATIONS))
    documents, copies = tee(documents)
    return zip(documents, annotator.annotate(d.text for d in copies), strict=True)


def _joined(
    number: int, sentences: list[Encoding], offsets: list[int], annotations: Annotations
) -> EncodedDocument:
    """Sentences end to end; their offsets are where they begin in the document's text."""
    empty = np.zeros(0, dtype=np.int64)
    ids = np.concatenate([empty, *(s.ids for s in sentences)])
    word_starts = np.concatenate([empty.astype(bool), *(s.word_starts for s in sentences)])
    shifted = list(zip(sentences, offsets, strict=True))
    starts = np.concatenate([empty, *(s.starts + at for s, at in shifted)])
    ends = np.concatenate([empty, *(s.ends + at for s, at in shifted)])
    entities, noun_phrases = (
        spans_of_pieces(spans, starts, ends, word_starts)
        for spans in (annotations.entities, annotations.noun_phrases)
    )
    bounds = np.cumsum([0] + [len(s.ids) for s in sentences])
    return EncodedDocument(number, Pieces(ids, word_starts, entities, noun_phrases), bounds)


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
