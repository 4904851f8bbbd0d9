"""What `kubectl apply -k` would send: kustomization -> objects.

Rendering needs the kubectl program and no cluster.
"""

import functools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "k8s"
SITES = ("base", "overlays/laptop", "overlays/gpu", "overlays/release", "overlays/release-gpu")


@functools.cache
def rendered(site: str) -> list[dict]:
    """The objects of one of SITES; do not change them.

    Raises:
        subprocess.CalledProcessError: kustomize refuses the files; its reason is on stderr.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not on PATH", allow_module_level=True)
    command = [kubectl, "kustomize", FOLDER / site]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(yaml.load_all(text, yaml.CSafeLoader))


def of_kind(site: str, kind: str) -> list[dict]:
    return [made for made in rendered(site) if made["kind"] == kind]


def named(site: str, kind: str, name: str) -> dict:
    """The one object of that kind whose name is `name`, or `name` with a digest of its content."""
    (made,) = [
        made
        for made in of_kind(site, kind)
        if made["metadata"]["name"] in (name, f"{name}-{made['metadata']['name'][-10:]}")
    ]
    return made


def pod_templates(made: dict) -> dict[str, dict]:
    """The pod templates within one object, by a name that tells where they come from."""
    name = f"{made['kind']}/{made['metadata']['name']}"
    spec = made.get("spec", {})
    match made["kind"]:
        case "Deployment" | "StatefulSet" | "Job":
            return {name: spec["template"]}
        case "RayCluster":
            return dict(_ray_templates(name, spec))
        case "RayJob":
            return dict(_ray_templates(name, spec["rayClusterSpec"]))
    assert "template" not in spec, f"{name} has pods that are not looked at"
    return {}


def _ray_templates(name: str, cluster: dict) -> Iterator[tuple[str, dict]]:
    yield f"{name}/head", cluster["headGroupSpec"]["template"]
    for group in cluster.get("workerGroupSpecs", []):
        yield f"{name}/{group['groupName']}", group["template"]


def all_pod_templates(site: str) -> dict[str, dict]:
    return {
        name: template for made in rendered(site) for name, template in pod_templates(made).items()
    }


def containers(template: dict) -> list[dict]:
    """Containers of a pod template, those that run first included."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]
