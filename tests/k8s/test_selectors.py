"""Services, budgets and monitors select the pods that they are meant for."""

import pytest
from k8s.rendering import SITES, all_pod_templates, containers, named, of_kind

# KubeRay gives these to its pods
RAY_LABELS = {
    "ray.io/is-ray-node": "yes",
    "ray.io/node-type": "head",
    "ray.io/cluster": "interactive",
}


def pods(site):
    """Name -> (labels, names of ports) of the pods that a site makes."""
    found = {}
    for name, template in all_pod_templates(site).items():
        labels = dict(template.get("metadata", {}).get("labels", {}))
        if name.startswith("RayCluster"):
            labels |= RAY_LABELS | {"ray.io/node-type": name.rpartition("/")[2].rstrip("s")}
        ports = {
            port["name"]
            for container in containers(template)
            for port in container.get("ports", [])
        }
        found[name] = labels | {"ray.io/node-type": labels.get("ray.io/node-type")}, ports
    return found


def selected(site, labels):
    return {
        name: ports for name, (has, ports) in pods(site).items() if labels.items() <= has.items()
    }


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("service", "pod"),
    [("mlflow", "Deployment/mlflow"), ("mlflow-postgres", "StatefulSet/mlflow-postgres")],
)
def test_a_service_reaches_the_named_port_of_its_pod(site, service, pod):
    spec = named(site, "Service", service)["spec"]
    (port,) = spec["ports"]
    assert {
        name: port["targetPort"] in ports
        for name, ports in selected(site, spec["selector"]).items()
    } == {pod: True}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_controller_selects_its_own_pods(site, kind):
    for made in of_kind(site, kind):
        labels = made["spec"]["selector"]["matchLabels"]
        assert list(selected(site, labels)) == [f"{kind}/{made['metadata']['name']}"]


@pytest.mark.parametrize("site", SITES)
def test_a_budget_selects_one_kind_of_pod_and_lets_a_drain_end(site):
    found = {}
    for budget in of_kind(site, "PodDisruptionBudget"):
        spec = budget["spec"]
        (pod,) = selected(site, spec["selector"]["matchLabels"])
        found[pod] = {name: value for name, value in spec.items() if name != "selector"}
    assert found == {
        "Deployment/mlflow": {"maxUnavailable": 1},
        "StatefulSet/mlflow-postgres": {"maxUnavailable": 1},
        # KubeRay's pods have no controller that Kubernetes can count by: no maxUnavailable
        "RayCluster/interactive/head": {"minAvailable": 1},
    }


@pytest.mark.parametrize("site", sorted({*SITES} - {"overlays/laptop"}))
def test_prometheus_finds_the_metrics_port_of_every_ray_pod(site):
    spec = named(site, "PodMonitor", "ray")["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    found = selected(site, spec["selector"]["matchLabels"])
    assert {name: endpoint["port"] in ports for name, ports in found.items()} == {
        "RayCluster/interactive/head": True,
        "RayCluster/interactive/workers": True,
    }
