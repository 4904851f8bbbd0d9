"""Sources -> clean documents with their provenance, as two artifacts: training and held-out.

Chunks are read by tasks into parts; one pass over the parts' numbers decides which documents stay;
tasks write these. Parts that are finished are kept until the artifacts are, so what is killed goes
on where it was, and what comes out is the same for any number of workers.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from spanbert.corpus.accounts import Part, report_of
from spanbert.corpus.apart import refuse_mixed
from spanbert.corpus.candidates import QUARANTINE, Rules, write_candidates
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.contamination import EvaluationSets
from spanbert.corpus.document import SUFFIX, Document, read_file
from spanbert.corpus.numbers import Numbers
from spanbert.corpus.refusals import refuse_empty, refuse_quarantine, unread_sentence
from spanbert.corpus.report import CorpusReport
from spanbert.corpus.sources.chunks import Chunk, find_chunks
from spanbert.corpus.survival import Survival, decide
from spanbert.corpus.survivors import HELD_OUT, TRAINING, Verdicts, write_survivors
from spanbert.corpus.words import WordHashes
from spanbert.manifest import Manifest
from spanbert.parallel import run_tasks, task_workers
from spanbert.parts import code_digest, link_or_copy, make_part, work_folder
from spanbert.progress import Say, silent
from spanbert.storage import Draft, publish, verify

_KIND = "documents"
_SAMPLES = "samples.json"


def write_documents(
    folder: Path,
    held_out_folder: Path,
    config: CorpusConfig,
    *,
    evaluation: EvaluationSets | None = None,
    num_samples: int = 0,
    work: Path | None = None,
    say: Say = silent,
) -> CorpusReport:
    """Clean, de-duplicate and publish a corpus as two artifacts, or nothing at all.

    Args:
        evaluation: texts that are not to be trained on.
        num_samples: dropped texts of each reason that are kept in the training artifact.
        work: keeps finished parts for a run that goes on after this one was killed; absent: they
            go with this run.

    Raises:
        DataError: no document is left, or too many records could not be read.
        ConfigError: an output lies among the sources; or as `sources.read.read_chunk`, and so
        DependencyError, IntegrityError, StorageError.
    """
    evaluation = evaluation or EvaluationSets({}, config.contamination_words, WordHashes())
    rules = Rules(config, evaluation, num_samples)
    refuse_mixed(config, (folder, held_out_folder))
    chunks = find_chunks(config)
    with ExitStack() as stack:
        # workers have a folder of their own
        parts = stack.enter_context(work_folder(work, folder)).absolute()
        if len(chunks) > 1:
            stack.enter_context(task_workers(config.num_workers, parts, say))
        candidates = _read_all(chunks, rules, parts, say)
        numbers = Numbers([part.folder for part in candidates])
        survival = decide(numbers, config, parts)
        size_bytes = sum(chunk.size_bytes for chunk in chunks)
        report = report_of(candidates, numbers, survival, evaluation, size_bytes)
        _list_quarantine(candidates, parts / QUARANTINE)
        listing = parts / QUARANTINE if work else None
        refuse_quarantine(report, [part.folder for part in candidates], config, listing)
        refuse_empty(report, config)
        survivors = _write_all(candidates, numbers, survival, rules, parts, say)
        inputs = {"sources": _digest(chunk.digest for chunk in chunks)}
        with _both(folder, held_out_folder, inputs, config) as (training, held_out):
            _fill(training, TRAINING, survivors, report)
            _fill(held_out, HELD_OUT, survivors, report)
            _add_listings(training.folder, parts, [*candidates, *survivors], num_samples)
    if report.unread_files:
        say(unread_sentence(report))
    return report


def read_documents(folder: Path) -> Iterator[Document]:
    """The documents of an artifact, in the order written, after its digests are verified.

    Raises:
        DataError, IntegrityError: as `storage.verify`, before the first document.
        DependencyError: the package zstandard is missing.
    """
    names = document_files(verify(folder, _KIND))
    return (document for name in names for document in read_file(folder / name))


@contextmanager
def _both(
    folder: Path, held_out_folder: Path, inputs: Mapping[str, str], config: CorpusConfig
) -> Iterator[tuple[Draft, Draft]]:
    """Two artifacts that are published both or not at all."""
    publish_one = partial(publish, kind=_KIND, inputs=inputs, config=config.identity)
    with ExitStack() as undo:
        with publish_one(folder) as training:
            with publish_one(held_out_folder) as held_out:
                yield training, held_out
            # from here on it stands alone until the training folder is in place too
            undo.callback(shutil.rmtree, held_out_folder, ignore_errors=True)
        undo.pop_all()


def document_files(manifest: Manifest) -> list[str]:
    """Names of the files of an artifact that hold documents, in order."""
    return sorted(name for name in manifest.files if name.endswith(SUFFIX))


def _read_all(chunks: Sequence[Chunk], rules: Rules, work: Path, say: Say) -> list[Part]:
    """Candidates of all chunks, in order."""
    task, parts = partial(_read_part, rules=rules, work=work), list[Part]()
    sizes = [chunk.size_bytes for chunk in chunks]
    for part in run_tasks(task, chunks, rules.config.num_workers, work, say, sizes):
        parts.append(part)
        say(f"read {len(parts)} of {len(chunks)} chunks")
    return parts


def _read_part(chunk: Chunk, *, rules: Rules, work: Path) -> Part:
    inputs = {"chunk": chunk.digest, "rules": rules.digest, "code": code_digest(__package__)}
    folder = work / f"read-{_digest(inputs.values())[:16]}"
    return Part(folder, make_part(folder, inputs, partial(write_candidates, chunk, rules)))


def _write_all(
    candidates: Sequence[Part],
    numbers: Numbers,
    survival: Survival,
    rules: Rules,
    work: Path,
    say: Say,
) -> list[Part]:
    """Survivors of all parts, in order."""
    task = partial(_write_part, num_samples=rules.num_samples, work=work)
    items, start = [], 0
    for index, part in enumerate(candidates):
        digests = np.array(numbers.part(index, "digests"))
        rows = slice(start, start + len(digests))
        of_survival = (survival.reasons[rows], survival.held_out[rows], survival.renamed[rows])
        items.append((part, Verdicts(*of_survival, digests)))
        start = rows.stop
    sizes = [part.manifest.size_bytes for part in candidates]
    return list(run_tasks(task, items, rules.config.num_workers, work, say, sizes))


def _write_part(item: tuple[Part, Verdicts], *, num_samples: int, work: Path) -> Part:
    part, verdicts = item
    inputs = {
        "part": part.manifest.digest,
        "verdicts": hashlib.sha256(verdicts.as_bytes()).hexdigest(),
        "code": code_digest(__package__),
    }
    folder = work / f"kept-{_digest(inputs.values())[:16]}"
    write = partial(write_survivors, part.folder, verdicts, num_samples)
    return Part(folder, make_part(folder, inputs, write))


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _fill(draft: Draft, side: str, parts: Sequence[Part], report: CorpusReport) -> None:
    """Move one side's files of all parts into an artifact, numbered through."""
    lines_in_files: dict[str, int] = {}
    for part in parts:
        for number, lines in enumerate(part.manifest.counts[side]):
            name = f"documents-{len(lines_in_files):05d}{SUFFIX}"
            link_or_copy(part.folder / f"{side}-{number:05d}{SUFFIX}", draft.folder / name)
            lines_in_files[name] = lines
    draft.counts |= asdict(report) | {"documents_in_files": lines_in_files}


def _list_quarantine(candidates: Sequence[Part], listing: Path) -> None:
    """What could not be read of all parts, in one file."""
    with listing.open("wb") as joined:
        for part in candidates:
            with (part.folder / QUARANTINE).open("rb") as lines:
                shutil.copyfileobj(lines, joined)


def _add_listings(folder: Path, work: Path, parts: Sequence[Part], num_samples: int) -> None:
    """What could not be read, and samples of what was dropped where they are asked for."""
    if (work / QUARANTINE).stat().st_size:
        shutil.copyfile(work / QUARANTINE, folder / QUARANTINE)
    if num_samples:
        texts = _joined_samples(parts, num_samples)
        (folder / _SAMPLES).write_text(json.dumps(texts, indent=1), encoding="utf-8")


def _joined_samples(parts: Sequence[Part], limit: int) -> Mapping[str, list[str]]:
    joined: dict[str, list[str]] = {}
    for part in parts:
        for reason, texts in part.manifest.counts["samples"].items():
            joined.setdefault(reason, []).extend(texts)
    return {reason: texts[:limit] for reason, texts in sorted(joined.items())}
