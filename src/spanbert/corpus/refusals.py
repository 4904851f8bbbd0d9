"""What must not be published: too much that cannot be read, or nothing at all."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.corpus.candidates import QUARANTINE
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.report import CorpusReport
from spanbert.errors import DataError

_MOST_NAMED = 3  # of files, in a line

_ENCODING = ("undecodable", "not_utf8")
_DAMAGE = ("truncated_file", "corrupt_file")


def refuse_quarantine(
    report: CorpusReport, parts: Sequence[Path], config: CorpusConfig, listing: Path | None = None
) -> None:
    """Stop where more cannot be read than the settings allow: of the records, or of the bytes.

    Args:
        listing: where all of it is listed, for the message.

    Raises:
        DataError: names the first of them.
    """
    num_quarantined = sum(report.quarantined.values())
    of_records = num_quarantined / max(1, report.records_in)
    share, allowed = max(of_records, report.unread_share), config.max_quarantined_fraction
    if share <= allowed:
        return
    if of_records == share:
        told = f"{num_quarantined} of {report.records_in} records cannot be read, {share:.2%}"
        first = _first_line(parts)
    else:
        told = f"{unread_sentence(report)}; with them {share:.2%} of the sources' bytes are lost"
        file = next(iter(report.unread_files))
        first = {"file": file} | report.unread_files[file]
    raise DataError(
        f"{told}, more than {allowed:.2%}; the first is {first['reason']}{_where(first)}",
        place=first["file"],
        remedy=f"{_correction(first['reason'])}, or allow more with --set"
        f" corpus.max_quarantined_fraction={math.ceil(100 * min(1, share)) / 100}"
        + (f"; all places are listed in {listing}" if listing else ""),
    )


def unread_sentence(report: CorpusReport) -> str:
    """Which files could not be read to their end; "" where all could."""
    files = report.unread_files
    if not files:
        return ""
    named = [f"{file} ({found['reason']})" for file, found in list(files.items())[:_MOST_NAMED]]
    more = [f"{len(files) - len(named)} more"] if len(files) > len(named) else []
    what = "1 file" if len(files) == 1 else f"{len(files)} files"
    return f"{what} could not be read to the end: {', '.join([*named, *more])}"


def _where(first: dict[str, Any]) -> str:
    if first.get("byte_offset") is not None:
        return f" at byte {first['byte_offset']}"
    return "" if first.get("row") is None else f" in row {first['row']}"


def _correction(reason: str) -> str:
    if reason in _DAMAGE:
        return "get the file again from where it came from"
    return "correct the file" + (" (text must be UTF-8)" if reason in _ENCODING else "")


def _first_line(parts: Sequence[Path]) -> dict[str, Any]:
    for part in parts:
        with (part / QUARANTINE).open(encoding="utf-8") as lines:
            for line in lines:
                return json.loads(line)
    raise AssertionError("what is counted as quarantined is listed")


def refuse_empty(report: CorpusReport, config: CorpusConfig) -> None:
    """Stop where no document is left to train on.

    Raises:
        DataError: says what became of them all.
    """
    if report.kept:
        return
    dropped = ", ".join(f"{n} {reason}" for reason, n in report.dropped.items()) or "none dropped"
    raise DataError(
        f"no document is left of {report.records_in} records ({dropped})",
        place=", ".join(config.sources),
        remedy="add text, or keep shorter documents with --set corpus.min_characters=1",
    )
