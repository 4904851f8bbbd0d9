"""Every object of every site is one that Kubernetes, KubeRay and the operators would take."""

import pytest
from k8s.rendering import FOLDER, SITES, rendered

from k8s import object_schema

NAMESPACE = dict.fromkeys(SITES, "spanbert") | {"overlays/laptop": "kubeflow"}


def name(made):
    return f"{made['kind']}/{made['metadata']['name']}"


@pytest.mark.parametrize("site", SITES)
def test_every_object_fits_the_schema_of_its_kind(site):
    problems = {name(made): object_schema.problems(made) for made in rendered(site)}
    assert {where: found for where, found in problems.items() if found} == {}


@pytest.mark.parametrize("site", SITES)
def test_every_object_stands_in_the_namespace_of_the_site(site):
    for made in rendered(site):
        where = made["metadata"].get("namespace", made["metadata"]["name"])
        assert where == NAMESPACE[site], name(made)


@pytest.mark.parametrize("site", SITES)
def test_no_object_is_there_twice(site):
    names = [name(made) for made in rendered(site)]
    assert sorted(names) == sorted(set(names))


def test_a_misspelt_field_is_found():
    made = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}
    assert not object_schema.problems(made | {"spec": {"ports": [{"port": 80}]}})
    assert object_schema.problems(made | {"spec": {"port": [{"port": 80}]}})


@pytest.mark.parametrize("api_version", ["v1", "example.org/v1", "monitoring.coreos.com/v1"])
def test_an_unknown_kind_is_no_pass(api_version):
    made = {"apiVersion": api_version, "kind": "Unheard", "metadata": {"name": "a"}, "spec": {}}
    with pytest.raises(LookupError):
        object_schema.problems(made)


def test_the_namespace_admits_hardened_pods_alone():
    labels = rendered("base")[0]["metadata"]["labels"]
    prefix = "pod-security.kubernetes.io/"
    for mode in ("enforce", "audit", "warn"):
        assert labels[prefix + mode] == "restricted"
        assert labels[f"{prefix}{mode}-version"] == "v1.32"


def test_the_readme_names_every_file():
    text = (FOLDER / "README.md").read_text()
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*")}
    unnamed = {file for file in files if f"`{file}`" not in text}
    assert unnamed == {"README.md"}
