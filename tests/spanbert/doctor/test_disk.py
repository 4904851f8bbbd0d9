"""Too little room and folders that refuse are problems; every figure is told."""

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from spanbert.doctor.disk import (
    Space,
    check_disk,
    needed_bytes,
    read_space,
    run_findings,
    scratch_finding,
)
from spanbert.doctor.finding import gigabytes
from spanbert.planning.work import training_parameters

IS_ROOT = os.geteuid() == 0


@contextlib.contextmanager
def small_disk(folder):
    """A file system of 2 MB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not IS_ROOT or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_checkpoint_more_than_are_kept_is_asked_for_and_two_models_of_each_task(tmp_path):
    config = tiny.config(tmp_path)
    config = replace(config, model=replace(config.model, vocab_size=300))
    parameters = training_parameters(config.model, config.objective)
    assert needed_bytes(config) == parameters * (12 * 3 + 4 * 3) + 500e6
    config = replace(config, glue=replace(config.glue, train=("a",), max_length=64))
    assert needed_bytes(config) == parameters * (12 * 3 + 4 * 5) + 500e6


def test_one_byte_decides(tmp_path):
    for free, status in ((999.0, "problem"), (1000.0, "ok")):
        finding, writable = run_findings(Space(tmp_path, free), 1000.0)
        assert (finding.status, writable.status) == (status, "ok")
        assert scratch_finding(Space(tmp_path, free), 1000.0).status == status.replace(
            "problem", "warning"
        )


def test_a_folder_that_refuses_is_a_problem_even_with_room(tmp_path):
    room, writable = run_findings(Space(tmp_path, 1e12, "Permission denied"), 1.0)
    assert (room.status, writable.status, writable.exit_code) == ("ok", "problem", 74)
    assert scratch_finding(Space(tmp_path, 1e12, "Read-only"), 1.0).exit_code == 74


def test_a_disk_of_2_mb_is_refused_with_both_numbers(tmp_path):
    config = tiny.config(tmp_path)
    with small_disk(tmp_path):
        config = replace(config, run=replace(config.run, folder=str(tmp_path / "runs")))
        finding = check_disk(config)[0]
    assert (finding.status, finding.exit_code) == ("problem", 74)
    assert (finding.found, finding.needed) == ("2 MB free", gigabytes(needed_bytes(config)))
    assert "run.folder" in finding.remedy


def test_a_full_disk_lets_no_file_be_made(tmp_path):
    with small_disk(tmp_path):
        with contextlib.suppress(OSError):
            (tmp_path / "filler").write_bytes(bytes(3_000_000))
        space = read_space(tmp_path / "runs")
    assert space.refusal == "No space left on device"


def test_looking_leaves_nothing_behind(tmp_path):
    space = read_space(tmp_path / "not" / "yet")
    assert (space.folder, space.refusal) == (tmp_path, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_a_folder_of_somebody_else_is_told_to_them():
    script = """
import os, sys
from pathlib import Path
from spanbert.doctor.disk import read_space
os.setuid(65534)
print(read_space(Path(sys.argv[1])).refusal)
"""
    command = [sys.executable, "-c", script, "/usr"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Permission denied"
    assert read_space(Path("/usr")).refusal == ""
