"""documents + tokenizer -> shards, with every piece accounted for."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from spanbert.corpus.annotations import Annotator
from spanbert.corpus.documents import read_documents
from spanbert.errors import DataError
from spanbert.shards.config import ShardsConfig
from spanbert.shards.encode import EncodedDocument, encode_documents
from spanbert.shards.files import ShardFiles
from spanbert.shards.format import KIND, SHARD_TOKENS, VERSION, token_type
from spanbert.shards.pairs import Run, pair_limit, sample_pairs
from spanbert.shards.pieces import Pieces
from spanbert.shards.segments import cut_long_sentences, segment_bounds
from spanbert.shards.store import DocumentStore
from spanbert.storage import publish, read_manifest
from spanbert.tokenizer.subword import load_tokenizer


@dataclass(frozen=True)
class ShardsReport:
    """What was written: tokens = those of the documents + repeated - dropped."""

    documents: int
    segments: int
    tokens: int
    words: int
    repeated_tokens: int  # in second parts from another document
    dropped_tokens: int  # cut from the ends of pairs that were too long
    entities: int
    noun_phrases: int


def write_shards(
    documents: Path, tokenizer: Path, folder: Path, config: ShardsConfig
) -> ShardsReport:
    """Cut documents into segments of whole sentences, or into pairs of them, and publish them.

    Pairs take five bytes a piece of the documents besides, while they are made.

    Raises:
        DataError: the documents hold no piece.
        CheckpointError: the tokenizer cannot be read.
        DependencyError, ConfigError: as `Annotator`.
    """
    subwords = load_tokenizer(tokenizer)
    annotator = _annotator(config)
    inputs = {
        "documents": read_manifest(documents, "documents").digest,
        "tokenizer": read_manifest(tokenizer, "tokenizer").digest,
    }
    made_by = {"annotator": annotator.name if annotator else ""}
    settings = asdict(config) | made_by
    del settings["annotator_processes"]  # changes nothing in the shards
    id_type = token_type(subwords.vocab_size)
    with publish(folder, KIND, VERSION, inputs=inputs, config=settings) as draft:
        files = ShardFiles(draft.folder, id_type, SHARD_TOKENS, config)
        encoded = encode_documents(read_documents(documents), subwords, annotator)
        report = (_write_pairs if config.pairs else _write_segments)(encoded, files, config)
        if report.tokens == 0:
            raise DataError("no text left to train on", place=str(documents))
        draft.counts |= vars(report) | made_by | {"pairs": config.pairs}
        draft.counts["token_type"] = id_type.str
        draft.counts["vocab_size"] = subwords.vocab_size
        draft.counts["vocabulary_digest"] = subwords.digest
    return report


def _annotator(config: ShardsConfig) -> Annotator | None:
    if not config.annotator:
        return None
    return Annotator(config.annotator, config.annotator_processes)


def _write_segments(
    documents: Iterator[EncodedDocument], files: ShardFiles, config: ShardsConfig
) -> ShardsReport:
    num_documents = 0
    for document in documents:
        pieces = document.pieces
        bounds = segment_bounds(document.sentence_bounds, pieces.word_starts, config.max_pieces)
        lengths = bounds[:, 1] - bounds[:, 0]
        assert lengths.sum() == len(pieces), "every piece is in exactly one segment"
        for start, end in bounds.tolist():
            files.add(document.number, (pieces.part(start, end),))
        num_documents += 1
    return ShardsReport(
        documents=num_documents, repeated_tokens=0, dropped_tokens=0, **files.finish()
    )


def _write_pairs(
    documents: Iterator[EncodedDocument], files: ShardFiles, config: ShardsConfig
) -> ShardsReport:
    tally = Counter(documents=0, repeated_tokens=0, dropped_tokens=0)
    with tempfile.TemporaryDirectory(dir=files.folder) as scratch:
        store = DocumentStore(Path(scratch), _cut(documents, config, tally))
        for index in range(len(store)):
            made = sample_pairs(store, index, config)
            own = made.num_dropped
            for pair in made.pairs:
                files.add(
                    store[index].number,
                    (_pieces(store, pair.first), _pieces(store, pair.second)),
                    pair.is_random_next,
                )
                own += len(pair.first) + (0 if pair.is_random_next else len(pair.second))
                tally["repeated_tokens"] += len(pair.second) if pair.is_random_next else 0
            assert own == len(store[index].pieces), "every piece is in one pair or counted as cut"
            tally["dropped_tokens"] += made.num_dropped
    return ShardsReport(**tally, **files.finish())


def _cut(
    documents: Iterator[EncodedDocument], config: ShardsConfig, tally: Counter[str]
) -> Iterator[EncodedDocument]:
    """Documents with pieces, no sentence of which is longer than a pair."""
    for document in documents:
        tally["documents"] += 1
        if len(document.pieces):
            bounds = cut_long_sentences(
                document.sentence_bounds, document.pieces.word_starts, pair_limit(config)
            )
            yield replace(document, sentence_bounds=bounds)


def _pieces(store: DocumentStore, run: Run) -> Pieces:
    return store[run.document].pieces.part(run.start, run.end)
