"""The network policies leave exactly the edges of a written table."""

import copy

import pytest
from k8s.network import End, edges
from k8s.rendering import named, of_kind, pod_templates

NAMESPACE = {"base": "spanbert", "overlays/gpu": "spanbert", "overlays/laptop": "kubeflow"}
DNS = {"TCP 53", "UDP 53"}
EDGES = {
    ("step", "DNS"): DNS,
    ("step", "KFP API"): {"TCP 8887", "TCP 8888"},
    ("step", "KFP metadata"): {"TCP 8080"},
    ("step", "object store"): {"TCP 8333"},
    ("step", "MLflow"): {"TCP 5000"},
    ("step", "Ray head"): {"TCP 8265"},
    ("step", "Kubernetes"): {"TCP 443", "TCP 6443"},
    ("MLflow", "DNS"): DNS,
    ("MLflow", "Postgres"): {"TCP 5432"},
    ("MLflow", "object store"): {"TCP 8333"},
    ("migration", "DNS"): DNS,
    ("migration", "Postgres"): {"TCP 5432"},
    ("Ray head", "DNS"): DNS,
    ("Ray head", "object store"): {"TCP 8333"},
    ("Ray head", "Ray head"): {"any"},
    ("Ray head", "Ray worker"): {"any"},
    ("Ray worker", "DNS"): DNS,
    ("Ray worker", "object store"): {"TCP 8333"},
    ("Ray worker", "Ray head"): {"any"},
    ("Ray worker", "Ray worker"): {"any"},
    ("KubeRay operator", "Ray head"): {"TCP 8265"},
    ("Prometheus", "Ray head"): {"TCP 8080"},
    ("Prometheus", "Ray worker"): {"TCP 8080"},
}


def labels(site, kind, name):
    (template,) = pod_templates(named(site, kind, name)).values()
    return template["metadata"]["labels"]


def ray_node(namespace, kind):
    node = {"ray.io/is-ray-node": "yes", "ray.io/node-type": kind}
    return End(f"Ray {kind}", namespace, node)


def ours(site):
    here = NAMESPACE[site]
    return [
        End("step", here, {"pipelines.kubeflow.org/v2_component": "true"}),
        ray_node(here, "head"),
        ray_node(here, "worker"),
        End("MLflow", here, labels(site, "Deployment", "mlflow")),
        End("migration", here, labels(site, "Job", "mlflow-migration")),
        End("Postgres", here, labels(site, "StatefulSet", "mlflow-postgres")),
    ]


def others(site):
    return [
        End("some pod", NAMESPACE[site], {"app": "some"}),
        End("DNS", "kube-system", {"k8s-app": "kube-dns"}),
        End("KFP API", "kubeflow", {"app": "ml-pipeline"}),
        End("KFP metadata", "kubeflow", {"component": "metadata-grpc-server"}),
        End("object store", "kubeflow", {"app": "seaweedfs"}),
        End("KFP database", "kubeflow", {"app": "mysql"}),
        End("KubeRay operator", "kuberay-system", {"app.kubernetes.io/name": "kuberay-operator"}),
        End("Prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
        End("pod elsewhere", "default", {"app": "some"}),
        End("step elsewhere", "default", {"pipelines.kubeflow.org/v2_component": "true"}),
        End("Kubernetes", address="10.96.0.1"),
        End("the world", address="93.184.216.34"),
        End("cloud metadata", address="169.254.169.254"),
    ]


@pytest.mark.parametrize("site", NAMESPACE)
def test_pods_speak_along_the_written_edges_alone(site):
    assert edges(of_kind(site, "NetworkPolicy"), ours(site), others(site)) == EDGES


def test_a_pod_that_no_policy_names_is_cut_off():
    stranger = [End("stranger", "spanbert", {"app": "some"})]
    policies = of_kind("base", "NetworkPolicy")
    assert edges(policies, stranger, ours("base") + others("base")) == {}
    without = [policy for policy in policies if policy["metadata"]["name"] != "default-deny"]
    assert edges(without, stranger, others("base"))


@pytest.mark.parametrize(
    "name", ["steps", "ray", "ray-head", "mlflow", "mlflow-postgres", "mlflow-migration"]
)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_connection_needs_leave_at_both_ends(name, direction):
    policies = copy.deepcopy(of_kind("base", "NetworkPolicy"))
    (policy,) = [policy for policy in policies if policy["metadata"]["name"] == name]
    rules = policy["spec"].pop(direction, None)
    fewer = edges(policies, ours("base"), others("base"))
    assert (fewer == EDGES) == (rules is None)
