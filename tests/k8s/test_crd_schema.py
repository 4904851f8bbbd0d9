"""The checks of KubeRay's objects let good ones pass and find each kind of mistake."""

import pytest
from k8s.ray_objects import put, ray_cluster, ray_job

from k8s import crd_schema, operator_rules


@pytest.mark.parametrize("made", [ray_cluster(), ray_job()], ids=["RayCluster", "RayJob"])
def test_a_good_object_passes(made):
    crd_schema.check(made)


HEAD = "spec.rayClusterSpec.headGroupSpec"
WORKERS = "spec.rayClusterSpec.workerGroupSpecs.0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.entryPoint", "python"),
        ("spec.backoffLimit", "3"),
        ("spec.rayClusterSpec.authOptions.mode", "password"),
        (f"{HEAD}.template.spec.container", []),
        (f"{HEAD}.template.spec.containers.0.resources.limits", {"cpu": "2 cores"}),
        (f"{WORKERS}.template", None),
        (f"{WORKERS}.rayStartParams", {"num-cpus": 2}),
    ],
)
def test_the_schema_finds(path, value):
    problems = crd_schema.problems(put(ray_job(), path, value))
    assert len(problems) == 1, problems


def test_fields_with_a_default_may_be_left_out():
    made = ray_job()
    for name in ("minReplicas", "maxReplicas"):
        del made["spec"]["rayClusterSpec"]["workerGroupSpecs"][0][name]
    crd_schema.check(made)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("metadata.name", "x" * 48, "DNS-1035"),
        ("metadata.name", "1st", "DNS-1035"),
        ("spec.submissionMode", "HttpMode", "unknown"),
        ("spec.entrypoint", "", "missing"),
        ("spec.shutdownAfterJobFinishes", False, "ttlSecondsAfterFinished needs"),
        ("spec.activeDeadlineSeconds", 0, "not positive"),
        ("spec.clusterSelector", {"ray.io/cluster": "a"}, "backoffLimit excludes"),
        ("spec.submissionMode", "InteractiveMode", "backoffLimit excludes"),
        ("spec.managedBy", "me", "managedBy"),
        ("spec.deletionStrategy", {"onSuccess": {"policy": "DeleteSelf"}}, "deletionStrategy"),
        ("spec.rayClusterSpec.networkPolicy", {"mode": "DenyAll"}, "alpha"),
        ("spec.rayClusterSpec.rayVersion", "2.51.0", "2.52.0"),
        ("spec.rayClusterSpec.authOptions.enableK8sTokenAuth", True, "RayCluster only"),
        (f"{WORKERS}.minReplicas", 2, "no range"),
        (f"{WORKERS}.replicas", 2, "outside"),
        (f"{WORKERS}.idleTimeoutSeconds", 9, "autoscaler v2"),
        (f"{HEAD}.rayStartParams", {"labels": "a=b"}, "labels"),
        (f"{HEAD}.template.spec.containers", [], "no container"),
    ],
)
def test_the_operators_rules_find(path, value, reason):
    problems = operator_rules.problems(put(ray_job(), path, value))
    assert [problem for problem in problems if reason in problem], problems


def test_deletion_rules_exclude_shutting_down_and_need_one_condition():
    rule = {"policy": "DeleteWorkers", "condition": {"ttlSeconds": 5}}
    made = put(ray_job(), "spec.deletionStrategy", {"deletionRules": [rule]})
    put(made, "spec.rayClusterSpec.enableInTreeAutoscaling", True)
    assert len(operator_rules.problems(made)) == 3


def test_a_sidecar_excludes_a_submitter_and_a_restarting_head():
    made = put(ray_job(), "spec.submissionMode", "SidecarMode")
    put(made, "spec.submitterConfig", {"backoffLimit": 1})
    put(made, f"{HEAD}.template.spec.restartPolicy", "Always")
    assert len(operator_rules.problems(made)) == 2


def test_autoscaler_v2_restarts_nothing():
    made = put(ray_job(), "spec.rayClusterSpec.autoscalerOptions", {"version": "v2"})
    put(made, f"{WORKERS}.template.spec.restartPolicy", "OnFailure")
    assert operator_rules.problems(made) == ["autoscaler v2 needs restartPolicy Never"]


def test_redis_is_given_once():
    made = put(ray_job(), "spec.rayClusterSpec.gcsFaultToleranceOptions", {"backend": "redis"})
    put(made, f"{HEAD}.rayStartParams", {"redis-password": "x"})
    put(made, f"{HEAD}.template.spec.containers.0.env", [{"name": "RAY_REDIS_ADDRESS"}])
    assert len(operator_rules.problems(made)) == 2


def test_resources_are_given_once():
    made = put(ray_job(), f"{HEAD}.resources", {"cpu": "1"})
    put(made, f"{HEAD}.rayStartParams", {"num-cpus": "1"})
    assert len(operator_rules.problems(made)) == 1


def test_a_kind_without_a_schema_is_no_pass():
    with pytest.raises(KeyError):
        crd_schema.check(ray_job() | {"kind": "RayService"})
