"""What the driver of a pipeline makes of its steps' records."""

from pipelines.child import _take_failure
from spanbert.errors import DataError
from spanbert.failures import write_failure


def test_a_failure_of_a_cell_is_told_with_its_name_and_once(tmp_path):
    cells = [tmp_path / "cells" / name for name in ("whole-words-1seq-1", "whole-words-1seq-2")]
    for cell in cells:
        cell.mkdir(parents=True)
        write_failure(cell, DataError("no text left", remedy="add some"))
    error = _take_failure(tmp_path)
    assert str(error) == "whole-words-1seq-1: no text left -> add some"
    assert error.exit_code == 3
    assert _take_failure(tmp_path) is None


def test_a_failure_of_the_run_itself_needs_no_name(tmp_path):
    write_failure(tmp_path, DataError("no text left"))
    assert str(_take_failure(tmp_path)) == "no text left"
