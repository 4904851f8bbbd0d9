"""Which Ray a process uses, and what it says of a cluster that is too small."""

from types import SimpleNamespace

import pytest

from spanbert import ray_cluster
from spanbert.errors import DependencyError

FOUR = ray_cluster.Workers(4, cpus=2, gpus=1)


def cluster_of(*resources):
    """A cluster that has more each time that it is asked; the last answer stays."""
    answers = list(resources)

    def cluster_resources():
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return SimpleNamespace(cluster_resources=cluster_resources)


@pytest.mark.parametrize(
    ("address", "joins"), [("", False), ("local", False), ("10.0.0.1:6379", True)]
)
def test_only_a_named_cluster_is_joined(monkeypatch, address, joins):
    monkeypatch.setenv("RAY_ADDRESS", address)
    assert ray_cluster.runs_in_cluster() is joins


def test_a_cluster_that_stays_too_small_is_told_with_what_it_lacks(monkeypatch):
    monkeypatch.setattr(ray_cluster, "_JOINED_S", 0.0)
    with pytest.raises(DependencyError, match=r"CPUs \(6 of 8\) and GPUs \(0 of 4\)"):
        ray_cluster._await_resources(cluster_of({"CPU": 6.0}), FOUR)


def test_nodes_that_come_late_are_waited_for(monkeypatch):
    monkeypatch.setattr(ray_cluster, "_LOOK_S", 0.0)
    late = cluster_of({}, {"CPU": 4.0, "GPU": 2.0}, {"CPU": 8.0, "GPU": 4.0})
    ray_cluster._await_resources(late, FOUR)
