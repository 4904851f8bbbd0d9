"""Where Ray is a cluster's, this machine is not held against what its workers ask for."""

import socket
from dataclasses import replace

import pytest
import tiny

from spanbert.cluster.config import ClusterConfig
from spanbert.config import Config
from spanbert.doctor.disk import check_disk
from spanbert.doctor.elsewhere import check_elsewhere
from spanbert.doctor.examination import examine
from spanbert.training.config import TrainingConfig

OF_THIS_MACHINE = {"GPUs", "memory", "/tmp", "/dev/shm"}


def large(**cluster) -> Config:
    """More processors and GPUs than any machine has."""
    training = TrainingConfig(num_workers=4096, threads_per_worker=8, use_gpu=True)
    return Config(training=training, cluster=ClusterConfig(**cluster))


def test_a_rayjob_is_told_by_its_pods():
    (finding,) = check_elsewhere(large(ray="kuberay", workers_per_pod=8, worker_memory="256Gi"))
    assert finding.status == "ok"
    assert finding.found.endswith("512 x 64 CPUs, 8 GPUs and 256Gi")


def test_a_running_cluster_is_told_by_its_address():
    (finding,) = check_elsewhere(large(ray="running", ray_address="http://head:8265"))
    assert finding.found == ("asked of http://head:8265, not counted here: 32768 CPUs, 4096 GPUs")


def test_nothing_of_this_machine_is_asked_for_where_workers_are_elsewhere(tmp_path):
    config = tiny.config(tmp_path, "training.num_workers=64", "cluster.ray=kuberay")
    found = {finding.name: finding for finding in examine(config, {})}
    assert found["workers"].status == "ok"
    assert not OF_THIS_MACHINE & set(found)
    here = replace(config, cluster=ClusterConfig())
    names = {finding.name: finding for finding in examine(here, {})}
    assert names["workers"].status == "problem"
    assert {"memory", "/tmp"} <= set(names)
    assert "/tmp" in {finding.name for finding in check_disk(here)}


@pytest.mark.parametrize(("is_awake", "status"), [(True, "ok"), (False, "problem")])
def test_the_job_server_of_a_running_cluster_is_reached(tmp_path, is_awake, status):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if is_awake:
            server.listen()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        ray = ("cluster.ray=running", f"cluster.ray_address={address}")
        config = tiny.config(tmp_path, *ray)
        found = {finding.name: finding.status for finding in examine(config, {})}
    assert found["Ray jobs"] == status


def test_the_store_that_pods_are_told_of_is_the_one_that_is_reached(tmp_path):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        settings = ("cluster.ray=kuberay", f"cluster.object_store_endpoint={endpoint}")
        config = tiny.config(tmp_path, *settings, "training.checkpoint_url=s3://bucket/runs")
        found = {finding.name: finding for finding in examine(config, {})}
    assert found["object store"].found == f"{endpoint} answers"
