"""Findings as lines in columns, as JSON, and as one exit code."""

import json

import pytest

from spanbert.doctor.finding import Finding, findings_of, gigabytes, ok, problem, warning
from spanbert.doctor.report import exit_code, report_json, report_text
from spanbert.errors import ConfigError, DataError, StorageError

GOOD = ok("memory", "8 GB", "2 GB")
SLOW = warning("port", "taken", remedy="use another " * 12)
FULL = problem(StorageError, "disk", "1 MB", "2 GB", remedy="free some")
WRONG = problem(ConfigError, "workers", "1", "2", remedy="ask for fewer")


@pytest.mark.parametrize("columns", [60, 100])
def test_columns_are_aligned_and_no_line_is_too_long(columns):
    lines = report_text([GOOD, SLOW, FULL], columns).splitlines()
    assert all(len(line) <= columns for line in lines)
    starts = {line.index(text) for line, text in [(lines[0], "8 GB"), (lines[1], "taken")]}
    assert len(starts) == 1
    assert lines[0] == "ok       memory  8 GB, needs 2 GB"
    assert lines[-1] == "not ready: 1 problem, 1 warning"


@pytest.mark.parametrize(
    ("findings", "said", "code"),
    [
        ([GOOD], "ready", 0),
        ([GOOD, SLOW], "ready, with 1 warning", 0),
        ([SLOW, FULL, WRONG], "not ready: 2 problems, 1 warning", 74),
        ([WRONG, FULL], "not ready: 2 problems, 0 warnings", 2),
    ],
)
def test_the_first_problem_decides(findings, said, code):
    assert report_text(findings).splitlines()[-1] == report_json(findings)["verdict"] == said
    assert exit_code(findings) == code


def test_json_has_five_fields_a_finding():
    (row,) = json.loads(json.dumps(report_json([FULL])))["findings"]
    assert row == {
        "name": "disk",
        "status": "problem",
        "found": "1 MB",
        "needed": "2 GB",
        "remedy": "free some",
    }


def test_what_a_check_raises_becomes_a_finding_without_its_text():
    def crashes() -> list[Finding]:
        raise ValueError("secret")

    def refuses() -> list[Finding]:
        raise DataError("no text", place="a.txt", remedy="name one")

    (crashed,), (refused,) = findings_of("x", crashes), findings_of("x", refuses)
    assert (crashed.status, crashed.found) == ("warning", "not checked (ValueError)")
    assert (refused.exit_code, refused.found, refused.remedy) == (3, "a.txt: no text", "name one")


def test_sizes_are_read_by_people():
    assert [gigabytes(n) for n in (2e6, 999e6, 1e9)] == ["2 MB", "999 MB", "1.00 GB"]
