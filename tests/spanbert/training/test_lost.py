"""Why workers were lost, from what is left of them (F26)."""

import json

import pytest

from spanbert.errors import DependencyError, OutOfMemoryError
from spanbert.machine import oom_kills
from spanbert.training.lost import why_lost


@pytest.fixture
def work(tmp_path):
    (tmp_path / "workers").mkdir()
    for rank, peak in enumerate((2_000_000_000, 3_400_000_000)):
        told = {"pid": 1, "host": "h", "step": 3, "peak_bytes": peak}
        (tmp_path / "workers" / f"rank-{rank}.json").write_text(json.dumps(told))
    return tmp_path


def test_memory_is_named_with_the_largest_workers_peak(work):
    error = why_lost("Worker 1 was killed due to memory pressure", work, oom_kills())
    assert isinstance(error, OutOfMemoryError)
    assert error.exit_code == 137
    assert "the largest had 3.4 GB" in str(error)


def test_kills_that_the_container_counted_are_memory_too(work):
    assert isinstance(why_lost("actor died", work, oom_kills() - 1), OutOfMemoryError)


def test_a_hang_is_told_with_its_ranks_and_where_the_stacks_are(work):
    (work / "workers" / "stacks-1.txt").write_text("...")
    error = why_lost("actor died", work, oom_kills())
    assert isinstance(error, DependencyError)
    assert "no step within the limit on ranks 1" in str(error)
    assert str(work / "workers") in str(error)


def test_anything_else_is_what_ray_says_and_may_be_tried_again(work):
    error = why_lost("actor died", work, oom_kills())
    assert error.exit_code == 69
    assert "actor died" in str(error)
