"""One file of documents -> a part of the work that holds its shard of single segments."""

from functools import partial
from pathlib import Path

from spanbert.parts import make_part
from spanbert.shards.files import ShardFiles
from spanbert.shards.format import token_type
from spanbert.shards.job import ShardsJob
from spanbert.shards.part import ShardPart
from spanbert.shards.segments import segment_bounds


def make_singles(file: str, job: ShardsJob) -> ShardPart:
    """The shard of one file of documents, made now or before.

    Raises:
        StorageError: the disk refused.
    """
    folder = job.work / "shards" / file
    manifest = make_part(folder, job.inputs_of(file), partial(_write, file, job))
    return ShardPart(folder, manifest.counts)


def _write(file: str, job: ShardsJob, folder: Path) -> dict[str, int]:
    config, documents = job.config, 0
    id_type = token_type(job.encoder().tokenizer.vocab_size)
    with ShardFiles(folder, 0, id_type, config) as shard:
        for document in job.encoded(file):
            pieces = document.pieces
            bounds = segment_bounds(document.sentence_bounds, pieces.word_starts, config.max_pieces)
            assert (bounds[:, 1] - bounds[:, 0]).sum() == len(pieces), "a piece is in one segment"
            shard.add_document(document.number, pieces, bounds)
            documents += 1
        counts = shard.finish()
    return counts | {"documents": documents, "repeated_tokens": 0, "dropped_tokens": 0}
