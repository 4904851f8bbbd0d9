"""RayJobs that settings make: KubeRay takes them, and a restricted namespace their pods."""

import pytest
import tiny

from k8s import crd_schema, operator_rules, pod_security
from spanbert.cluster.rayjob import rayjob
from spanbert.cluster.works import WORKS

SETTINGS = {
    "least": (),
    "gpus": (
        "training.use_gpu=true",
        "training.num_workers=16",
        "cluster.workers_per_pod=8",
        'cluster.node_selector=["cloud.google.com/gke-accelerator=nvidia-h100-80gb"]',
        'cluster.tolerations=["nvidia.com/gpu", "spot=true:NoSchedule"]',
        "corpus.num_workers=6",
        "cluster.corpus_worker_memory=3Gi",
    ),
    "secrets": (
        'cluster.object_store_secret="store"',
        'cluster.object_store_endpoint="http://store:9000"',
        'cluster.mlflow_secret="mlflow"',
    ),
}


def made(tmp_path, name, kind="pretrain"):
    config = tiny.config(tmp_path, "corpus.num_workers=2", *SETTINGS[name])
    entrypoint = "python -m job /spanbert/box"
    return rayjob(config, "tiny-0123-1", entrypoint, WORKS[kind].pods(config))


def worker_group(job):
    (group,) = job["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    (container,) = group["template"]["spec"]["containers"]
    return group, container["resources"]["limits"], group["template"]["spec"]


def templates(job):
    cluster = job["spec"]["rayClusterSpec"]
    yield cluster["headGroupSpec"]["template"]
    yield from (group["template"] for group in cluster["workerGroupSpecs"])


def containers(job):
    return [c for template in templates(job) for c in template["spec"]["containers"]]


@pytest.mark.parametrize("kind", WORKS)
@pytest.mark.parametrize("name", SETTINGS)
def test_kuberay_takes_it(tmp_path, name, kind):
    job = made(tmp_path, name, kind)
    crd_schema.check(job)
    assert operator_rules.problems(job) == []


@pytest.mark.parametrize("kind", WORKS)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_restricted_namespace_takes_its_pods(tmp_path, name, kind):
    job = made(tmp_path, name, kind)
    assert [pod_security.problems(template) for template in templates(job)] == [[]] * 2


@pytest.mark.parametrize("kind", WORKS)
@pytest.mark.parametrize("name", SETTINGS)
def test_nothing_is_writable_but_mounts_and_no_pod_has_a_token(tmp_path, name, kind):
    job = made(tmp_path, name, kind)
    assert all(c["securityContext"]["readOnlyRootFilesystem"] for c in containers(job))
    assert not any(t["spec"]["automountServiceAccountToken"] for t in templates(job))


def test_every_mount_has_its_volume(tmp_path):
    for template in templates(made(tmp_path, "secrets")):
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        mounts = {m["name"] for c in template["spec"]["containers"] for m in c["volumeMounts"]}
        assert volumes == mounts


def test_secrets_are_files_and_never_values(tmp_path):
    env = [e for c in containers(made(tmp_path, "secrets")) for e in c["env"]]
    values = {e["name"]: e["value"] for e in env}
    assert values == {
        "HOME": "/tmp",
        "RAY_USAGE_STATS_ENABLED": "0",
        "AWS_ENDPOINT_URL": "http://store:9000",
        "RAY_TRAIN_ENABLE_STATE_TRACKING": "1",
        "AWS_SHARED_CREDENTIALS_FILE": "/var/run/secrets/spanbert/object-store/credentials",
    }


def test_workers_are_as_many_gpus_as_training_asks_for(tmp_path):
    group, limits, spec = worker_group(made(tmp_path, "gpus"))
    assert group["replicas"] * int(limits["nvidia.com/gpu"]) == 16
    assert spec["nodeSelector"] == {"cloud.google.com/gke-accelerator": "nvidia-h100-80gb"}
    assert spec["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists"},
        {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"},
    ]


@pytest.mark.parametrize("kind", ["corpus", "shards"])
def test_workers_of_text_have_a_processor_each_and_keep_off_the_gpus(tmp_path, kind):
    group, limits, spec = worker_group(made(tmp_path, "gpus", kind))
    assert (group["replicas"], limits) == (6, {"cpu": "1", "memory": "3Gi"})
    assert "nodeSelector" not in spec
    assert [toleration["key"] for toleration in spec["tolerations"]] == ["spot"]


@pytest.mark.parametrize("kind", ["corpus", "shards"])
def test_a_head_whose_driver_decides_for_all_text_runs_no_worker(tmp_path, kind):
    head = made(tmp_path, "least", kind)["spec"]["rayClusterSpec"]["headGroupSpec"]
    assert head["rayStartParams"]["num-cpus"] == "0"


def test_it_belongs_to_the_pod_and_the_runs_that_it_came_from(tmp_path, monkeypatch):
    monkeypatch.setenv("SPANBERT_POD_NAME", "pretrain-pod")
    monkeypatch.setenv("SPANBERT_POD_UID", "1-2-3")
    monkeypatch.setenv("SPANBERT_KFP_RUN_ID", "4-5-6")
    metadata = made(tmp_path, "least")["metadata"]
    (owner,) = metadata["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Pod", "pretrain-pod", "1-2-3")
    assert metadata["labels"]["spanbert/run-id"] == tiny.config(tmp_path).run_id
    assert metadata["labels"]["spanbert/kfp-run-id"] == "4-5-6"


def test_a_job_ends_itself_when_nobody_is_left_to_end_it(tmp_path):
    spec = made(tmp_path, "least")["spec"]
    assert spec["activeDeadlineSeconds"] > 0
    assert spec["shutdownAfterJobFinishes"]
    assert spec["ttlSecondsAfterFinished"] > 0
