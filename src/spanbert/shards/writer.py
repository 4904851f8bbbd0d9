"""documents + tokenizer -> shards, with every piece accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from spanbert.corpus.documents import Document, read_documents
from spanbert.corpus.sentences import sentence_spans
from spanbert.errors import DataError
from spanbert.shapes import Bool, Int
from spanbert.shards.config import ShardsConfig
from spanbert.shards.format import KIND, SHARD_TOKENS, VERSION, file_name, token_type
from spanbert.shards.segments import segment_bounds
from spanbert.storage import publish, read_manifest
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_DOCUMENTS_AT_ONCE = 256  # enough to keep the tokenizer's threads busy


@dataclass(frozen=True)
class ShardsReport:
    """What was written."""

    documents: int
    segments: int
    tokens: int
    words: int


@dataclass
class _Shard:
    """Arrays of the shard being filled."""

    tokens: list[Int[np.ndarray, " seq"]] = field(default_factory=list)
    words: list[Bool[np.ndarray, " seq"]] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    num_tokens: int = 0


def write_shards(
    documents: Path, tokenizer: Path, folder: Path, config: ShardsConfig
) -> ShardsReport:
    """Cut documents into segments of whole sentences and publish them.

    Raises:
        DataError: the documents hold no piece.
        CheckpointError: the tokenizer cannot be read.
    """
    wordpiece = load_tokenizer(tokenizer)
    inputs = {
        "documents": read_manifest(documents, "documents").digest,
        "tokenizer": read_manifest(tokenizer, "tokenizer").digest,
    }
    settings = {"max_pieces": config.max_pieces}
    with publish(folder, KIND, VERSION, inputs=inputs, config=settings) as draft:
        report = _fill(draft.folder, read_documents(documents), wordpiece, config.max_pieces)
        if report.tokens == 0:
            raise DataError("no text left to train on", place=str(documents))
        draft.counts.update(vars(report))
        draft.counts["token_type"] = token_type(wordpiece.vocab_size).str
        draft.counts["vocab_size"] = wordpiece.vocab_size
        draft.counts["vocabulary_digest"] = wordpiece.digest
    return report


def _fill(
    folder: Path, documents: Iterator[Document], wordpiece: SubwordTokenizer, max_pieces: int
) -> ShardsReport:
    shard, number, totals = _Shard(), 0, np.zeros(4, dtype=np.int64)
    for document_number, (tokens, words, sentences) in enumerate(_encode(documents, wordpiece)):
        bounds = segment_bounds(sentences, words, max_pieces)
        lengths = bounds[:, 1] - bounds[:, 0]
        assert lengths.sum() == len(tokens), "every piece is in exactly one segment"
        shard.tokens.append(tokens)
        shard.words.append(words)
        shard.lengths += lengths.tolist()
        shard.documents += [document_number] * len(bounds)
        shard.num_tokens += len(tokens)
        totals += (1, len(bounds), len(tokens), int(words.sum()))
        if shard.num_tokens >= SHARD_TOKENS:
            _write(folder, number, shard, wordpiece.vocab_size)
            shard, number = _Shard(), number + 1
    if shard.num_tokens:
        _write(folder, number, shard, wordpiece.vocab_size)
    return ShardsReport(*totals.tolist())


def _encode(
    documents: Iterator[Document], wordpiece: SubwordTokenizer
) -> Iterator[tuple[Int[np.ndarray, " seq"], Bool[np.ndarray, " seq"], list[int]]]:
    """Piece ids, word starts and sentence lengths of each document."""
    while group := list(islice(documents, _DOCUMENTS_AT_ONCE)):
        texts = [[d.text[a:b] for a, b in sentence_spans(d.text)] for d in group]
        encodings = iter(wordpiece.encode_batch([text for part in texts for text in part]))
        for part in texts:
            pieces = [next(encodings) for _ in part]
            ids = np.concatenate([p.ids for p in pieces] or [np.zeros(0, dtype=np.int64)])
            words = np.concatenate([p.word_starts for p in pieces] or [np.zeros(0, dtype=bool)])
            yield ids, words, [len(p.ids) for p in pieces]


def _write(folder: Path, number: int, shard: _Shard, vocab_size: int) -> None:
    offsets = np.concatenate([[0], np.cumsum(shard.lengths)])
    arrays = {
        "tokens": np.concatenate(shard.tokens).astype(token_type(vocab_size)),
        "words": np.packbits(np.concatenate(shard.words)),
        "offsets": offsets.astype("<i8"),
        "documents": np.array(shard.documents, dtype="<i8"),
    }
    for name, array in arrays.items():
        array.tofile(folder / file_name(number, name))
