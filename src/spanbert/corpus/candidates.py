"""One chunk of the sources -> candidate documents, and the numbers by which they are compared.

Everything here looks at one record at a time, so chunks may be read anywhere and in any order.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.corpus.cleaning import clean, cleaned
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.contamination import EvaluationSets
from spanbert.corpus.document import Document, FilesWriter, as_line
from spanbert.corpus.filters import drop_reason
from spanbert.corpus.language import LanguageFilter
from spanbert.corpus.numbers import NumbersWriter
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.report import MAX_NAMED_ORIGINS, OTHERS, Tally, UnreadFiles
from spanbert.corpus.samples import Samples
from spanbert.corpus.signatures import algorithm, shingles, signature
from spanbert.corpus.sources.chunks import Chunk
from spanbert.corpus.sources.read import read_chunk
from spanbert.corpus.words import WordHashes

MAX_LABEL_CHARACTERS = 200  # of an id, source or licence
QUARANTINE, SEEN = "quarantine.jsonl", "seen.bin"
STEM = "candidates"


@dataclass(frozen=True)
class Rules:
    """What decides on a record by itself.

    Args:
        evaluation: texts that are not to be trained on.
        num_samples: dropped texts of each reason that are kept for a person to look at.
    """

    config: CorpusConfig
    evaluation: EvaluationSets
    num_samples: int = 0

    @property
    def digest(self) -> str:
        """sha256 over all that decides which candidates a chunk gives."""
        content = [self.config.identity, self.evaluation.digest, self.num_samples, algorithm()]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def write_candidates(chunk: Chunk, rules: Rules, folder: Path) -> dict[str, Any]:
    """Read, clean and filter a chunk into a folder; returns counts, origins and samples.

    Raises:
        As `sources.read.read_chunk`.
    """
    reading = _Reading(rules)
    with (
        (folder / QUARANTINE).open("w", encoding="utf-8") as quarantine,
        FilesWriter(folder, STEM) as files,
        NumbersWriter(folder) as numbers,
    ):
        for record in read_chunk(chunk, rules.config):
            if isinstance(record, Rejected):
                quarantine.write(reading.reject(record))
            elif found := reading.candidate(record):
                document, row = found
                files.write(as_line(document))
                numbers.add(row)
    reading.seen.tofile(folder / SEEN)
    return reading.counts()


class _Reading:
    """What is remembered from one record of a chunk to the next."""

    def __init__(self, rules: Rules) -> None:
        self._rules, self._config = rules, rules.config
        self._boilerplate = frozenset(map(clean, self._config.boilerplate))
        languages = self._config.languages
        self._languages = LanguageFilter(languages) if languages else None
        self._words = WordHashes()
        self.seen = np.zeros(rules.evaluation.num_ngrams, dtype=bool)  # evaluation n-grams
        self._hits = np.zeros(len(rules.evaluation.names), dtype=np.int64)  # documents, by set
        self._origins: dict[tuple[str, str], int] = {}
        self._fraction = 0.0  # of the document whose parts are being read
        self._tally, self._samples = Tally(), Samples(rules.num_samples)
        self._unread = UnreadFiles()

    def reject(self, rejected: Rejected) -> str:
        """Count what could not be read; its line in the quarantine, without any text."""
        self._tally.records_in += rejected.num_records
        self._tally.quarantined[rejected.reason] += rejected.num_records
        if rejected.unread_bytes:
            self._unread.add(rejected.place, rejected.reason, rejected.unread_bytes)
        content = {
            "file": rejected.place,
            "byte_offset": rejected.byte_offset,
            "row": rejected.row,
            "records": rejected.num_records,
            "reason": rejected.reason,
        }
        return json.dumps(content) + "\n"

    def candidate(self, record: Record) -> tuple[Document, dict[str, Any]] | None:
        """A clean document with its numbers, or None where a rule drops it."""
        done = cleaned(record.text, self._boilerplate)
        self._count(record, done.removed)
        digest = hashlib.sha256(done.text.encode())
        if record.part == 0:
            self._fraction = as_fraction(digest.digest())
        reason = drop_reason(done.text, self._config, self._languages, record.part)
        if reason:
            self._tally.drop(reason, len(done.text))
            self._samples.add(reason, done.text)
            return None
        document = Document(
            _id_of(record) or digest.hexdigest()[:12],
            done.text,
            label(record.source),
            label(record.licence),
        )
        return document, self._numbers(document, digest.digest())

    def counts(self) -> dict[str, Any]:
        """All that the part's manifest says."""
        return {
            "tally": self._tally.as_counts(),
            "origins": list(self._origins),
            "samples": self._samples.texts,
            "hits": self._hits.tolist(),
            "unread_files": self._unread.files,
        }

    def _count(self, record: Record, removed: dict[str, int]) -> None:
        self._tally.records_in += 1
        self._tally.later_parts += record.part > 0
        self._tally.characters_in += len(record.text)
        self._tally.removed_characters.update(removed)

    def _numbers(self, document: Document, digest: bytes) -> dict[str, Any]:
        hashes = self._words.of(document.text)
        found = self._rules.evaluation.found(hashes)
        self.seen[found] = True
        self._hits += self._rules.evaluation.overlaps(found) > 0
        return {
            "digests": np.frombuffer(digest[:16], "<u8"),
            "id_digests": _digest_of(document.id),
            "fractions": self._fraction,
            "characters": len(document.text),
            "origins": self._origin(document),
            "overlaps": len(found),
            "signatures": signature(shingles(hashes)),
        }

    def _origin(self, document: Document) -> int:
        origin = (document.source, document.licence)
        if origin not in self._origins and len(self._origins) >= MAX_NAMED_ORIGINS:
            origin = (OTHERS, OTHERS)
        return self._origins.setdefault(origin, len(self._origins))


def as_fraction(digest: bytes) -> float:
    """A digest as a number in [0, 1)."""
    return int.from_bytes(digest[:6], "big") / 2**48  # exact in a float, so below 1


def label(text: str) -> str:
    """An id, source or licence in one short line."""
    return clean(text).replace("\n", " ")[:MAX_LABEL_CHARACTERS]


def _id_of(record: Record) -> str:
    own = label(record.id)
    return f"{own}#{record.part}" if record.part and own else own


def _digest_of(text: str) -> np.ndarray:
    return np.frombuffer(hashlib.blake2b(text.encode(), digest_size=16).digest(), "<u8")
