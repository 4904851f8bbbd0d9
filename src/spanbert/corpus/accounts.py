"""Counts of all parts and what was decided of their documents -> the report, whose sums hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.corpus.candidates import SEEN
from spanbert.corpus.contamination import EvaluationSets
from spanbert.corpus.numbers import Numbers
from spanbert.corpus.report import (
    MAX_NAMED_ORIGINS,
    OTHERS,
    CorpusReport,
    SourceCounts,
    Tally,
    UnreadFiles,
)
from spanbert.corpus.survival import REASONS, Survival
from spanbert.manifest import Manifest


@dataclass(frozen=True)
class Part:
    """A finished part of the work."""

    folder: Path
    manifest: Manifest

    @property
    def counts(self) -> dict[str, Any]:
        """What its manifest counts."""
        return self.manifest.counts


def report_of(
    parts: Sequence[Part],
    numbers: Numbers,
    survival: Survival,
    evaluation: EvaluationSets,
    size_bytes: int,
) -> CorpusReport:
    """The report on the candidates of these parts.

    Args:
        size_bytes: of all sources, as their chunks count it.
    """
    tally = Tally()
    for part in parts:
        tally.add(part.counts["tally"])
    characters = numbers.column("characters")
    for code, reason in enumerate(REASONS[1:], start=1):
        _drop(tally, reason, characters[survival.reasons == code])
    survives = survival.reasons == 0
    unread = _unread_files(parts)
    report = CorpusReport(
        records_in=tally.records_in,
        kept=int((survives & ~survival.held_out).sum()),
        held_out=int(survival.held_out.sum()),
        dropped=dict(sorted(tally.dropped.items())),
        quarantined=dict(sorted(tally.quarantined.items())),
        characters_in=tally.characters_in,
        characters=int(characters[survives].sum()),
        removed_characters=dict(sorted(tally.removed_characters.items())),
        dropped_characters=dict(sorted(tally.dropped_characters.items())),
        later_parts=tally.later_parts,
        sources=_sources(parts, numbers, survives),
        lengths=_lengths(characters[survives]),
        most_copies=survival.most_copies,
        contamination=_contamination(parts, evaluation),
        unread_files=unread,
        unread_share=min(1.0, sum(f["bytes"] for f in unread.values()) / max(1, size_bytes)),
    )
    _assert_complete(report)
    return report


def _drop(tally: Tally, reason: str, characters: np.ndarray) -> None:
    if len(characters):
        tally.dropped[reason] += len(characters)
        tally.dropped_characters[reason] += int(characters.sum())


def _lengths(characters: np.ndarray) -> dict[str, int]:
    exponents = np.frexp(characters)[1] - 1  # exact: of the largest power of two that fits
    values, counts = np.unique(exponents, return_counts=True)
    return {str(2**v): n for v, n in zip(values.tolist(), counts.tolist(), strict=True)}


def _unread_files(parts: Sequence[Part]) -> dict[str, dict[str, Any]]:
    unread = UnreadFiles()
    for part in parts:
        for file, found in part.counts["unread_files"].items():
            unread.add(file, found["reason"], found["bytes"])
    return unread.files


def _contamination(parts: Sequence[Part], evaluation: EvaluationSets) -> dict[str, dict[str, Any]]:
    seen = np.zeros(evaluation.num_ngrams, dtype=bool)
    hits = np.zeros(len(evaluation.names), dtype=np.int64)
    for part in parts:
        seen |= np.fromfile(part.folder / SEEN, dtype=bool)
        hits += np.array(part.counts["hits"], dtype=np.int64)
    return {name: asdict(found) for name, found in evaluation.report(seen, hits).items()}


def _sources(
    parts: Sequence[Part], numbers: Numbers, survives: np.ndarray
) -> dict[str, SourceCounts]:
    documents, characters = Counter[tuple[str, str]](), Counter[str]()
    start = 0
    for index, part in enumerate(parts):
        origins = np.array(numbers.part(index, "origins"))
        stays = survives[start : start + len(origins)]
        start += len(origins)
        lengths = numbers.part(index, "characters")[stays]
        found = np.bincount(origins[stays], minlength=len(part.counts["origins"]))
        length = np.bincount(origins[stays], lengths, minlength=len(part.counts["origins"]))
        for (source, licence), n, long in zip(part.counts["origins"], found, length, strict=True):
            if n:
                _count_origin(documents, characters, (source, licence), int(n), int(long))
    return {
        name: SourceCounts(
            sum(n for (source, _), n in documents.items() if source == name),
            characters[name],
            {lic: n for (source, lic), n in sorted(documents.items()) if source == name},
        )
        for name in sorted(characters)
    }


def _count_origin(
    documents: Counter[tuple[str, str]],
    characters: Counter[str],
    origin: tuple[str, str],
    num_documents: int,
    num_characters: int,
) -> None:
    if origin not in documents and len(documents) >= MAX_NAMED_ORIGINS:
        origin = (OTHERS, OTHERS)
    documents[origin] += num_documents
    characters[origin[0]] += num_characters


def _assert_complete(report: CorpusReport) -> None:
    """Nothing is lost without a reason."""
    records = report.kept + report.held_out
    records += sum(report.dropped.values()) + sum(report.quarantined.values())
    assert report.records_in == records, (report.records_in, records)
    characters = report.characters + sum(report.removed_characters.values())
    characters += sum(report.dropped_characters.values())
    assert report.characters_in == characters, (report.characters_in, characters)
