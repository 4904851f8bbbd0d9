"""documents + tokenizer -> shards, with every piece accounted for.

Each file of documents becomes a shard by a task of its own, so the shards are the same for any
number of workers; `singles.py` and `paired.py` make them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

from spanbert.corpus.annotations import Annotator
from spanbert.corpus.documents import document_files
from spanbert.errors import DataError
from spanbert.parallel import run_tasks, task_workers
from spanbert.parts import work_folder
from spanbert.progress import Say, silent
from spanbert.shards.config import ShardsConfig
from spanbert.shards.format import KIND, VERSION, token_type
from spanbert.shards.job import ShardsJob
from spanbert.shards.paired import encode_file, make_pairs
from spanbert.shards.part import ShardPart, number_through
from spanbert.shards.singles import make_singles
from spanbert.storage import publish, read_manifest, verify
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
    documents: Path,
    tokenizer: Path,
    folder: Path,
    config: ShardsConfig,
    *,
    num_workers: int = 1,
    work: Path | None = None,
    say: Say = silent,
) -> ShardsReport:
    """Cut documents into segments of whole sentences, or into pairs of them, and publish them.

    Pairs take five bytes a piece of the documents besides, while they are made.

    Args:
        num_workers: 1 for this process alone; more: tasks of Ray, which must see the same paths.
        work: a folder of this call's own, where finished shards are kept until all are, so that
            the next call goes on where one was killed; absent: nothing is kept.

    Raises:
        DataError: the documents hold no piece.
        CheckpointError: the tokenizer cannot be read.
        DependencyError, ConfigError: as `Annotator` and `run_tasks`.
    """
    subwords = load_tokenizer(tokenizer)
    source, words = verify(documents, "documents"), read_manifest(tokenizer, "tokenizer")
    sizes = {name: source.files[name].size_bytes for name in document_files(source)}
    inputs = {"documents": source.digest, "tokenizer": words.digest}
    annotator = _annotator_name(config)
    digests = {name: source.files[name].sha256 for name in sizes}
    folders = documents.absolute(), tokenizer.absolute()  # workers have a folder of their own
    job = ShardsJob(*folders, config, Path(), digests, words.digest, annotator)
    with (
        work_folder(work, folder) as place,
        publish(folder, KIND, VERSION, inputs=inputs, config=job.settings) as draft,
    ):
        job = replace(job, work=place.absolute())
        with task_workers(num_workers if len(sizes) > 1 else 1, place, say):
            parts = list(_made(sizes, job, num_workers, say))
        report = _report(parts, documents)
        number_through(parts, draft.folder)
        draft.counts |= vars(report) | {"annotator": annotator, "pairs": config.pairs}
        draft.counts["token_type"] = token_type(subwords.vocab_size).str
        draft.counts["vocab_size"] = subwords.vocab_size
        draft.counts["vocabulary_digest"] = subwords.digest
    return report


def _annotator_name(config: ShardsConfig) -> str:
    return Annotator(config.annotator).name if config.annotator else ""


def _made(sizes: dict[str, int], job: ShardsJob, num_workers: int, say: Say) -> Iterator[ShardPart]:
    """The shard of each file of documents, in order.

    Args:
        sizes: bytes of each file.
    """
    files, weights = list(sizes), list(sizes.values())
    run = partial(run_tasks, num_workers=num_workers, work_folder=job.work, say=say, sizes=weights)
    if job.config.pairs:
        encoded = list(run(partial(encode_file, job=job), files))
        parts = run(partial(make_pairs, encoded=encoded, job=job), range(len(files)))
    else:
        parts = run(partial(make_singles, job=job), files)
    for number, part in enumerate(parts, 1):
        say(f"shard {number} of {len(files)}: {part.counts['tokens']:,} tokens")
        yield part


def _report(parts: list[ShardPart], documents: Path) -> ShardsReport:
    total = Counter[str]()
    for part in parts:
        total.update(part.counts)
    if not total["tokens"]:
        raise DataError("no text left to train on", place=str(documents))
    return ShardsReport(**{field.name: total[field.name] for field in fields(ShardsReport)})
