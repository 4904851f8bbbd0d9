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


def refuse_quarantine(report: CorpusReport, parts: Sequence[Path], config: CorpusConfig) -> None:
    """Stop where more records cannot be read than the settings allow.

    Raises:
        DataError: names the first of them.
    """
    num_quarantined, max_fraction = (
        sum(report.quarantined.values()),
        config.max_quarantined_fraction,
    )
    if num_quarantined <= max_fraction * report.records_in:
        return
    first = _first_line(parts)
    share = num_quarantined / report.records_in
    offset = "" if first["byte_offset"] is None else f" at byte {first['byte_offset']}"
    raise DataError(
        f"{num_quarantined} of {report.records_in} records cannot be read, more than"
        f" {max_fraction:.2%}; the first is {first['reason']}{offset}",
        place=first["file"],
        remedy="correct the file (text must be UTF-8), or allow more with"
        f" --set corpus.max_quarantined_fraction={math.ceil(100 * share) / 100}",
    )


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
