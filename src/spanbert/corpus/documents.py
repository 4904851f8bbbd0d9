"""Raw records -> clean documents with their provenance, as two artifacts: training and held-out.

`sources.py` reads the records. Every record that comes in is kept, held out, dropped with a reason
or quarantined with its place, and the counts add up.
"""

import contextlib
import functools
import hashlib
import json
import math
import re
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources import digest_sources, optional_import, read_records
from spanbert.errors import DataError
from spanbert.manifest import Manifest
from spanbert.storage import publish, verify

SHARD_BYTES = 64 * 2**20  # of JSON lines before compression
MAX_LABEL_CHARACTERS = 200  # of an id, source or licence
MAX_NAMED_SOURCES = 1000  # pairs of source and licence; a corpus that names more is summed up
OTHER_SOURCES = "(others)"
# Unicode's stream-safe text format (UAX #15) allows 30; ordering them takes quadratic time.
MAX_COMBINING_MARKS = 30
QUARANTINE = "quarantine.jsonl"

_KIND = "documents"
_SHARD_SUFFIX = ".jsonl.zst"
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters but those above, tab and line feed; soft hyphen, zero-width characters, marks
# and overrides of direction, invisible operators, byte order mark, interlinear annotation, lone
# surrogates, tags.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
# All but a single plain space, which is left alone because there are so many.
_SPACES = re.compile(
    r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000][\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]*"
    r"| [\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
)
# No combining mark is below U+0300; the exact test is slow and these runs are rare.
_MAY_HOLD_MARKS = re.compile(rf"[\u0300-\U0010ffff]{{{MAX_COMBINING_MARKS + 1},}}")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")


@dataclass(frozen=True, slots=True)
class Document:
    """One clean document and where it comes from."""

    id: str  # unique in the corpus
    text: str  # as `clean` gives it, never empty
    source: str
    licence: str  # "" where neither the record nor the settings name one


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What one source gave, training and held-out together."""

    documents: int
    characters: int
    licences: dict[str, int]  # documents by licence


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What became of every record: records_in = kept + held_out + all dropped + all quarantined."""

    records_in: int
    kept: int  # in the training artifact
    held_out: int
    dropped: dict[str, int]  # by reason: empty, too_short, duplicate
    quarantined: dict[str, int]  # by reason, see `sources.read_records`
    characters: int  # of training and held-out documents, after cleaning
    sources: dict[str, SourceCounts]


def clean(text: str) -> str:
    """The text in one normal form: NFC, no invisible characters, no blank lines, single spaces.

    Every kind of line break becomes a line feed, every run of spaces and tabs one space, and of a
    run of combining marks the first 30 stay. Takes linear time; cleaning twice changes nothing.
    """
    text = _LINE_BREAKS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _SPACES.sub(" ", text)
    if not text.isascii():
        # before, to bound the time of NFC; after, since NFC splits some marks into two
        text = _without_excess_marks(text)
        text = _without_excess_marks(unicodedata.normalize("NFC", text))
    return _BLANK_LINES.sub("\n", text).strip(" \n")


def write_documents(folder: Path, held_out_folder: Path, config: CorpusConfig) -> CorpusReport:
    """Clean, de-duplicate and publish a corpus as two artifacts, or nothing at all.

    A document is held out when the sha256 of its text, read as a fraction, is below
    `config.held_out_fraction`, so adding files never moves a document. One exception: where that
    leaves a side empty, the document nearest to the border changes sides, provided there are two
    documents or more and the fraction is not 0; a lone document is for training.

    Raises:
        DataError: no document is left, or too many records could not be read.
        ConfigError, DependencyError, IntegrityError, StorageError: as `read_records`.
    """
    records = read_records(config)
    inputs = {"sources": digest_sources(config.sources)}
    settings = asdict(config)
    with contextlib.ExitStack() as undo:
        with publish(folder, _KIND, inputs=inputs, config=settings) as training:
            with publish(held_out_folder, _KIND, inputs=inputs, config=settings) as held_out:
                report = _write(records, training.folder, held_out.folder, config)
                training.counts = held_out.counts = asdict(report)
            # from here on it stands alone until the training folder is in place too
            undo.callback(shutil.rmtree, held_out_folder, ignore_errors=True)
        undo.pop_all()
    return report


def read_documents(folder: Path) -> Iterator[Document]:
    """The documents of an artifact, in the order written, after its digests are verified.

    Raises:
        DataError, IntegrityError: as `storage.verify`, before the first document.
        DependencyError: the package zstandard is missing.
    """
    names = document_files(verify(folder, _KIND))
    return (document for name in names for document in read_file(folder / name))


def document_files(manifest: Manifest) -> list[str]:
    """Names of the files of an artifact that hold documents, in order."""
    return sorted(name for name in manifest.files if name.endswith(_SHARD_SUFFIX))


def read_file(path: Path) -> Iterator[Document]:
    """The documents of one file."""
    zstandard = optional_import("zstandard")
    with zstandard.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield Document(**json.loads(line))


# --- cleaning ---


def _without_excess_marks(text: str) -> str:
    return _MAY_HOLD_MARKS.sub(lambda run: _excess_marks().sub(r"\1", run[0]), text)


@functools.cache
def _excess_marks() -> re.Pattern[str]:
    """A run of more combining marks than allowed; its first group is what may stay."""
    decomposed = ((c, unicodedata.normalize("NFD", c)) for c in map(chr, range(sys.maxunicode + 1)))
    # some characters that are no marks themselves become two marks
    marks = "".join(c for c, parts in decomposed if unicodedata.combining(parts[0]))
    return re.compile(f"([{marks}]{{{MAX_COMBINING_MARKS}}})[{marks}]+")


# --- records -> documents ---


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document with its text's sha256 as a fraction in [0, 1)."""

    document: Document
    fraction: float


@dataclass(slots=True)
class _Tally:
    """Counts while the records go by."""

    records_in: int = 0
    held_out: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    first_rejected: Rejected | None = None
    documents: Counter[tuple[str, str]] = field(default_factory=Counter)  # by source and licence
    characters: Counter[str] = field(default_factory=Counter)  # by source

    def count(self, document: Document, is_held_out: bool) -> None:
        """Note a document that is written."""
        self.held_out += is_held_out
        origin = (document.source, document.licence)
        if origin not in self.documents and len(self.documents) >= MAX_NAMED_SOURCES:
            origin = (OTHER_SOURCES, OTHER_SOURCES)
        self.documents[origin] += 1
        self.characters[origin[0]] += len(document.text)

    def report(self) -> CorpusReport:
        """The counts, which must add up."""
        num_documents = self.documents.total()
        accounted = num_documents + self.dropped.total() + self.quarantined.total()
        assert self.records_in == accounted, (self.records_in, accounted)
        return CorpusReport(
            records_in=self.records_in,
            kept=num_documents - self.held_out,
            held_out=self.held_out,
            dropped=dict(sorted(self.dropped.items())),
            quarantined=dict(sorted(self.quarantined.items())),
            characters=self.characters.total(),
            sources={name: self._source_counts(name) for name in sorted(self.characters)},
        )

    def _source_counts(self, name: str) -> SourceCounts:
        licences = {lic: n for (source, lic), n in sorted(self.documents.items()) if source == name}
        return SourceCounts(sum(licences.values()), self.characters[name], licences)


def _write(
    records: Iterable[Record | Rejected], folder: Path, held_out_folder: Path, config: CorpusConfig
) -> CorpusReport:
    tally = _Tally()
    readable = _readable(records, tally, folder / QUARANTINE)
    survivors = _survivors(readable, tally, config.min_characters)
    with _ShardWriter(folder) as training, _ShardWriter(held_out_folder) as held_out:
        for document, is_held_out in _split(survivors, config.held_out_fraction):
            (held_out if is_held_out else training).write(document)
            tally.count(document, is_held_out)
    report = tally.report()
    _refuse_quarantine(report, tally.first_rejected, config.max_quarantined_fraction)
    _refuse_empty(report, config)
    return report


def _readable(
    records: Iterable[Record | Rejected], tally: _Tally, quarantine: Path
) -> Iterator[Record]:
    """Records that could be read; the others are counted and listed, without their text."""
    with contextlib.ExitStack() as stack:
        listing = None
        for record in records:
            tally.records_in += 1
            if isinstance(record, Record):
                yield record
                continue
            if listing is None:
                listing = stack.enter_context(quarantine.open("w", encoding="utf-8"))
                tally.first_rejected = record
            tally.quarantined[record.reason] += 1
            listing.write(_quarantine_line(record))


def _quarantine_line(rejected: Rejected) -> str:
    content = {
        "file": rejected.place,
        "byte_offset": rejected.byte_offset,
        "reason": rejected.reason,
    }
    return json.dumps(content) + "\n"


def _survivors(
    records: Iterable[Record], tally: _Tally, min_characters: int
) -> Iterator[_Candidate]:
    """Clean documents that are long enough and not seen before, each with an id of its own."""
    texts_seen, ids_seen = set[bytes](), set[bytes]()
    for record in records:
        text = clean(record.text)
        digest = hashlib.sha256(text.encode())
        reason = _drop_reason(text, digest.digest() in texts_seen, min_characters)
        if reason:
            tally.dropped[reason] += 1
            continue
        texts_seen.add(digest.digest())
        unique_id = _unique_id(_label(record.id), digest.hexdigest(), ids_seen)
        document = Document(unique_id, text, _label(record.source), _label(record.licence))
        yield _Candidate(document, _as_fraction(digest.digest()))


def _drop_reason(text: str, is_known: bool, min_characters: int) -> str:
    if not text:
        return "empty"
    if len(text) < min_characters:
        return "too_short"
    return "duplicate" if is_known else ""


def _label(text: str) -> str:
    return clean(text).replace("\n", " ")[:MAX_LABEL_CHARACTERS]


def _unique_id(wanted: str, text_digest: str, ids_seen: set[bytes]) -> str:
    """The id as it is for whoever comes first, with some of the text's digest for the others."""
    unique = wanted or text_digest[:12]
    while (key := hashlib.blake2b(unique.encode(), digest_size=16).digest()) in ids_seen:
        unique += f"#{text_digest[:12]}"
    ids_seen.add(key)
    return unique


def _as_fraction(digest: bytes) -> float:
    return int.from_bytes(digest[:6], "big") / 2**48  # exact in a float, so below 1


def _split(
    candidates: Iterator[_Candidate], held_out_fraction: float
) -> Iterator[tuple[Document, bool]]:
    """Documents with whether they are held out, by the rule in `write_documents`.

    While one side is empty, the document nearest to the border is kept back in case it must move.
    """
    if held_out_fraction == 0:
        yield from ((candidate.document, False) for candidate in candidates)
    spare = next(candidates, None)
    if spare is None:
        return
    is_alone = True
    for candidate in candidates:
        is_alone = False
        if (candidate.fraction < held_out_fraction) != (spare.fraction < held_out_fraction):
            yield spare.document, spare.fraction < held_out_fraction
            yield candidate.document, candidate.fraction < held_out_fraction
            break
        spare, settled = sorted(
            (spare, candidate), key=lambda c: abs(c.fraction - held_out_fraction)
        )
        yield settled.document, settled.fraction < held_out_fraction
    else:  # all are on one side
        yield spare.document, spare.fraction >= held_out_fraction and not is_alone
    for candidate in candidates:
        yield candidate.document, candidate.fraction < held_out_fraction


class _ShardWriter:
    """Writes documents to numbered shards in a folder, as compressed JSON lines."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._num_shards = 0
        self._shard_bytes = 0
        self._stream: Any = None  # zstandard's writer of the current shard

    def __enter__(self) -> "_ShardWriter":
        return self

    def __exit__(self, *raised: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def write(self, document: Document) -> None:
        """Append a document; one larger than a shard gets a shard of its own."""
        line = json.dumps(asdict(document), ensure_ascii=False).encode() + b"\n"
        if self._stream is None or self._shard_bytes + len(line) > SHARD_BYTES:
            self._stream = self._next_shard()
        self._stream.write(line)
        self._shard_bytes += len(line)

    def _next_shard(self) -> Any:
        if self._stream is not None:
            self._stream.close()
        path = self._folder / f"documents-{self._num_shards:05d}{_SHARD_SUFFIX}"
        self._num_shards, self._shard_bytes = self._num_shards + 1, 0
        return optional_import("zstandard").open(path, "wb")


# --- what must not be published ---


def _refuse_quarantine(report: CorpusReport, first: Rejected | None, max_fraction: float) -> None:
    num_quarantined = sum(report.quarantined.values())
    if first is None or num_quarantined <= max_fraction * report.records_in:
        return
    share = num_quarantined / report.records_in
    offset = "" if first.byte_offset is None else f" at byte {first.byte_offset}"
    raise DataError(
        f"{num_quarantined} of {report.records_in} records cannot be read, more than"
        f" {max_fraction:.2%}; the first is {first.reason}{offset}",
        place=first.place,
        remedy="correct the file (text must be UTF-8), or allow more with"
        f" --set corpus.max_quarantined_fraction={math.ceil(100 * share) / 100}",
    )


def _refuse_empty(report: CorpusReport, config: CorpusConfig) -> None:
    if report.kept:
        return
    dropped = ", ".join(f"{n} {reason}" for reason, n in report.dropped.items()) or "none dropped"
    raise DataError(
        f"no document is left of {report.records_in} records ({dropped})",
        place=", ".join(config.sources),
        remedy="add text, or keep shorter documents with --set corpus.min_characters=1",
    )
