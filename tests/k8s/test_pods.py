"""Every pod is hardened, complete and within what the namespace may take."""

import pytest
from k8s.rendering import SITES, all_pod_templates, containers, named, of_kind, rendered
from kubernetes.utils.quantity import parse_quantity

from k8s import pod_security

TEMPLATES = [
    pytest.param(template, id=f"{site} {name}")
    for site in SITES
    for name, template in all_pod_templates(site).items()
]


BOUND = sorted({*SITES} - {"overlays/laptop"})  # sites with a quota and a limit range


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_restricted_level_admits_it(template):
    assert pod_security.problems(template) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_root_is_read_only_and_it_holds_no_token(template):
    for container in containers(template):
        assert container["securityContext"]["readOnlyRootFilesystem"], container["name"]
    assert template["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_names_are_unique_and_its_mounts_and_probes_refer_to_something(template):
    volumes = [volume["name"] for volume in template["spec"]["volumes"]]
    names = [container["name"] for container in containers(template)]
    assert len(set(volumes)) == len(volumes)
    assert len(set(names)) == len(names)
    for container in containers(template):
        ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
        assert all(0 < port < 65536 for port in ports.values())
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container.get(probe, {}).get("httpGet", {}).get("port", "none") in {
                *ports,
                "none",
            }


@pytest.mark.parametrize("site", SITES)
def test_every_mount_has_its_volume_and_every_volume_a_mount(site):
    claimed = {
        claim["metadata"]["name"]
        for made in of_kind(site, "StatefulSet")
        for claim in made["spec"]["volumeClaimTemplates"]
    }
    for name, template in all_pod_templates(site).items():
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        mounts = {
            mount["name"]
            for container in containers(template)
            for mount in container["volumeMounts"]
        }
        assert volumes <= mounts <= volumes | claimed, name


@pytest.mark.parametrize("site", SITES)
def test_every_account_claim_and_config_map_that_a_pod_names_is_there(site):
    there = {(made["kind"], made["metadata"]["name"]) for made in rendered(site)}
    for name, template in all_pod_templates(site).items():
        spec = template["spec"]
        wanted = {("ServiceAccount", spec["serviceAccountName"])}
        for volume in spec["volumes"]:
            if claim := volume.get("persistentVolumeClaim"):
                wanted.add(("PersistentVolumeClaim", claim["claimName"]))
            if settings := volume.get("configMap"):
                wanted.add(("ConfigMap", settings["name"]))
        for container in containers(template):
            for source in container.get("envFrom", []):
                wanted.add(("ConfigMap", source["configMapRef"]["name"]))
        assert wanted <= there, name


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_container_says_what_it_takes_at_most(template):
    for container in containers(template):
        resources = container["resources"]
        for name in ("cpu", "memory"):
            requested = parse_quantity(resources["requests"][name])
            assert 0 < requested <= parse_quantity(resources["limits"][name])


def copies(made):
    """(pod template, how many pods of it there may be), over the groups of one object."""
    spec = made["spec"]
    if made["kind"] == "RayCluster":
        yield spec["headGroupSpec"]["template"], 1
        for group in spec["workerGroupSpecs"]:
            yield group["template"], group["maxReplicas"]
    elif made["kind"] in {"Deployment", "StatefulSet", "Job"}:
        yield spec["template"], spec.get("replicas", 1)


def total(site, kind, name):
    """Of all pods of a site at their most, containers that run first left out."""
    return sum(
        count * parse_quantity(container["resources"][kind].get(name, "0"))
        for made in rendered(site)
        for template, count in (copies(made) if "spec" in made else ())
        for container in template["spec"]["containers"]
    )


@pytest.mark.parametrize("site", BOUND)
def test_all_pods_at_their_most_fit_the_quota_with_half_of_it_left_for_runs(site):
    hard = named(site, "ResourceQuota", "spanbert")["spec"]["hard"]
    for kind in ("requests", "limits"):
        for name in ("cpu", "memory"):
            assert total(site, kind, name) * 2 <= parse_quantity(hard[f"{kind}.{name}"])
    gpus = parse_quantity(hard["requests.nvidia.com/gpu"])
    assert total(site, "requests", "nvidia.com/gpu") * 2 <= gpus


@pytest.mark.parametrize("site", BOUND)
def test_no_container_is_larger_than_the_limit_range_allows(site):
    (limit,) = named(site, "LimitRange", "spanbert")["spec"]["limits"]
    for name, template in all_pod_templates(site).items():
        for container in containers(template):
            for resource in limit["max"]:
                quantity = parse_quantity(container["resources"]["limits"][resource])
                assert quantity <= parse_quantity(limit["max"][resource]), f"{name} {resource}"


def as_kubernetes_keeps(limit):
    """A LimitRange's item with what Kubernetes fills in: the most is the default, that the request.

    SetDefaults_LimitRangeItem in kubernetes/kubernetes, pkg/apis/core/v1/defaults.go.
    """
    default = limit["max"] | limit["default"]
    return {"default": default, "request": default | limit["defaultRequest"]}


@pytest.mark.parametrize("site", BOUND)
def test_a_container_that_says_nothing_gets_a_little_and_no_gpu(site):
    (limit,) = named(site, "LimitRange", "spanbert")["spec"]["limits"]
    assert as_kubernetes_keeps(limit) == {
        "default": {"cpu": "1", "memory": "1Gi"},
        "request": {"cpu": "100m", "memory": "128Mi"},
    }


def test_the_laptop_asks_for_two_cores_and_six_gigabytes_at_most():
    assert total("overlays/laptop", "requests", "cpu") <= 2
    assert total("overlays/laptop", "requests", "memory") <= 6 * 2**30


@pytest.mark.parametrize("template", TEMPLATES)
def test_shared_memory_is_within_the_memory_of_its_container(template):
    for volume in template["spec"]["volumes"]:
        if volume.get("emptyDir", {}).get("medium") == "Memory":
            (container,) = template["spec"]["containers"]
            most = parse_quantity(container["resources"]["limits"]["memory"])
            assert parse_quantity(volume["emptyDir"]["sizeLimit"]) <= most / 2
