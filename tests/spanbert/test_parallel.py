"""The same results for any number of workers, in order, and errors with their exit codes."""

from functools import partial

import pytest

from spanbert.errors import ConfigError, IntegrityError
from spanbert.machine import usable_cpus
from spanbert.parallel import run_tasks


def scaled(item, *, factor):
    if item == 7:
        raise IntegrityError("seven", place="here", remedy="take another")
    return item * factor


def test_alone_results_come_as_they_are_asked_for(tmp_path):
    results = run_tasks(partial(scaled, factor=2), [1, 7, 2], 1, tmp_path, print)
    assert next(results) == 2
    with pytest.raises(IntegrityError, match="seven"):
        next(results)


def test_more_workers_than_processors_are_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    asked = usable_cpus() + 1
    with pytest.raises(ConfigError, match=f"asks for {asked} CPUs"):
        list(run_tasks(partial(scaled, factor=2), [1, 2], asked, tmp_path, print))


@pytest.mark.ray
def test_on_ray_results_are_in_order_and_an_error_keeps_its_place_and_code(tmp_path):
    if usable_cpus() < 2:
        pytest.skip("one processor")
    found = []
    results = run_tasks(partial(scaled, factor=3), [*range(20, 0, -1)], 2, tmp_path, print)
    with pytest.raises(IntegrityError) as told:
        found.extend(results)
    assert found == [3 * n for n in range(20, 7, -1)]
    assert (told.value.place, told.value.remedy) == ("here", "take another")
