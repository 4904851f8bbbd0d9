"""Files of documents -> parts of the work: their pieces first, then shards of pairs of them.

A pair's second part is from anywhere, so pairs are sampled when all documents have their pieces;
from then on each file's pairs can be made alone. `pairs.py` says which they are.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from spanbert.parts import make_part
from spanbert.shards.config import ShardsConfig
from spanbert.shards.encode import EncodedDocument
from spanbert.shards.files import ShardFiles
from spanbert.shards.format import token_type
from spanbert.shards.job import ShardsJob
from spanbert.shards.pairs import Run, pair_limit, sample_pairs
from spanbert.shards.part import ShardPart
from spanbert.shards.pieces import Pieces
from spanbert.shards.segments import cut_long_sentences
from spanbert.shards.store import DocumentStore, write_store


@dataclass(frozen=True)
class EncodedPart:
    """The pieces of one file's documents, in a folder of `store.write_store`."""

    folder: Path
    digest: str
    num_documents: int  # in the file; those without a piece are not in the store


def encode_file(file: str, job: ShardsJob) -> EncodedPart:
    """The pieces of one file of documents, made now or before.

    Raises:
        StorageError: the disk refused.
    """
    folder = job.work / "encoded" / file
    manifest = make_part(folder, job.inputs_of(file), partial(_encode, file, job))
    return EncodedPart(folder, manifest.digest, manifest.counts["documents"])


def make_pairs(index: int, encoded: Sequence[EncodedPart], job: ShardsJob) -> ShardPart:
    """The shard of the pairs that begin in one file's documents, made now or before.

    Args:
        index: of the file.
        encoded: all files.

    Raises:
        StorageError: the disk refused.
    """
    folder = job.work / "shards" / encoded[index].folder.name
    corpus = hashlib.sha256("\n".join(part.digest for part in encoded).encode()).hexdigest()
    inputs = job.inputs_of(folder.name) | {"corpus": corpus, "index": str(index)}
    write = partial(_write, index, tuple(encoded), job)
    return ShardPart(folder, make_part(folder, inputs, write).counts)


def _encode(file: str, job: ShardsJob, folder: Path) -> dict[str, int]:
    tally = Counter(documents=0)
    write_store(_cut(job.encoded(file), pair_limit(job.config), tally), folder)
    return dict(tally)


def _cut(
    documents: Iterator[EncodedDocument], limit: int, tally: Counter[str]
) -> Iterator[EncodedDocument]:
    """Documents with pieces, no sentence of which is longer than a pair."""
    for document in documents:
        tally["documents"] += 1
        if len(document.pieces):
            bounds = cut_long_sentences(
                document.sentence_bounds, document.pieces.word_starts, limit
            )
            yield replace(document, sentence_bounds=bounds)


def _write(
    index: int, encoded: tuple[EncodedPart, ...], job: ShardsJob, folder: Path
) -> dict[str, int]:
    store, first_number = _store(encoded), _first_numbers(encoded)[index]
    tally = Counter(repeated_tokens=0, dropped_tokens=0)
    id_type = token_type(job.encoder().tokenizer.vocab_size)
    with ShardFiles(folder, 0, id_type, job.config) as shard:
        for place in range(*store.firsts[index : index + 2].tolist()):
            tally.update(_add_pairs(store, place, first_number, job.config, shard))
        counts = shard.finish()
    return counts | tally | {"documents": encoded[index].num_documents}


@lru_cache(maxsize=1)
def _store(encoded: tuple[EncodedPart, ...]) -> DocumentStore:
    return DocumentStore([p.folder for p in encoded], _first_numbers(encoded))


def _first_numbers(encoded: Sequence[EncodedPart]) -> list[int]:
    """Number of each file's first document in the corpus."""
    ends = np.cumsum([0, *(part.num_documents for part in encoded)])
    return ends[:-1].tolist()


def _add_pairs(
    store: DocumentStore, place: int, first_number: int, config: ShardsConfig, shard: ShardFiles
) -> dict[str, int]:
    """Append the pairs that begin in one document, whose number counts from its file's first."""
    document = store[place]
    made = sample_pairs(store, place, config)
    own, repeated = made.num_dropped, 0
    for pair in made.pairs:
        first, second = (_pieces(store, run) for run in (pair.first, pair.second))
        shard.add_pair(document.number - first_number, first, second, pair.is_random_next)
        own += len(first) + (0 if pair.is_random_next else len(second))
        repeated += len(second) if pair.is_random_next else 0
    assert own == len(document.pieces), "every piece is in one pair or counted as cut"
    return {"repeated_tokens": repeated, "dropped_tokens": made.num_dropped}


def _pieces(store: DocumentStore, run: Run) -> Pieces:
    return store[run.document].pieces.part(run.start, run.end)
