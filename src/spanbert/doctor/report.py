"""Findings -> lines for a terminal, JSON for programs, and an exit code."""

import shutil
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from spanbert.doctor.finding import Finding

_MOST_COLUMNS = 100


def report_text(findings: Sequence[Finding], columns: int | None = None) -> str:
    """One line a finding, in columns; the last line is the verdict.

    Args:
        columns: to wrap at; the terminal's, at most 100, where None.
    """
    if columns is None:
        columns = min(_MOST_COLUMNS, shutil.get_terminal_size((_MOST_COLUMNS, 24)).columns)
    widths = [
        max(len(cell) for cell in column) for column in zip(*map(_cells, findings), strict=True)
    ]
    lines = [wrapped for f in findings for wrapped in _wrapped(f, widths, columns)]
    return "\n".join([*lines, verdict(findings)])


def report_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The verdict and all findings as plain values."""
    names = ("name", "status", "found", "needed", "remedy")
    rows = [{name: getattr(finding, name) for name in names} for finding in findings]
    return {"verdict": verdict(findings), "findings": rows}


def verdict(findings: Sequence[Finding]) -> str:
    """One sentence on all of them."""
    counts = Counter(finding.status for finding in findings)
    if counts["problem"]:
        return f"not ready: {_count(counts, 'problem')}, {_count(counts, 'warning')}"
    if counts["warning"]:
        return f"ready, with {_count(counts, 'warning')}"
    return "ready"


def exit_code(findings: Sequence[Finding]) -> int:
    """That of the first problem, as a run would end; 0 without any."""
    return next((f.exit_code for f in findings if f.status == "problem"), 0)


def _count(counts: Counter[str], status: str) -> str:
    return f"{counts[status]} {status}" + ("" if counts[status] == 1 else "s")


def _cells(finding: Finding) -> tuple[str, str]:
    return finding.status, finding.name


def _wrapped(finding: Finding, widths: list[int], columns: int) -> list[str]:
    head = "  ".join(cell.ljust(width) for cell, width in zip(_cells(finding), widths, strict=True))
    said = finding.found + (f", needs {finding.needed}" if finding.needed else "")
    said += f" -> {finding.remedy}" if finding.remedy else ""
    return textwrap.wrap(
        said,
        width=max(columns, len(head) + 20),
        initial_indent=f"{head}  ",
        subsequent_indent=" " * (len(head) + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
