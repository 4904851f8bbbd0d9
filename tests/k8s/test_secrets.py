"""No secret is in a manifest; each that a pod needs is one that the README says how to make."""

import json
import re

import pytest
from k8s.rendering import FOLDER, SITES, all_pod_templates, containers, of_kind, rendered

SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|PASSPHRASE|ACCESS_KEY|CREDENTIAL")
PASSWORD_IN_URL = re.compile(r"://[^/@\s:]+:[^/@\s]+@")


@pytest.mark.parametrize("site", SITES)
def test_there_is_no_secret_object(site):
    assert of_kind(site, "Secret") == []


@pytest.mark.parametrize("site", SITES)
def test_environment_values_hold_no_secret(site):
    for name, template in all_pod_templates(site).items():
        for container in containers(template):
            for variable in container.get("env", []):
                if SECRET_NAME.search(variable["name"]) and "value" in variable:
                    assert variable["name"].endswith("_FILE"), f"{name} {variable['name']}"
                    assert variable["value"].startswith("/"), f"{name} {variable['name']}"


@pytest.mark.parametrize("site", SITES)
def test_no_address_holds_a_password(site):
    assert not PASSWORD_IN_URL.search(json.dumps(rendered(site)))


@pytest.mark.parametrize("site", SITES)
def test_config_maps_hold_no_secret(site):
    for made in of_kind(site, "ConfigMap"):
        for text in made["data"].values():
            assert not re.search(r"^\s*(admin_)?password\s*=", text, flags=re.MULTILINE)
        assert not [name for name in made["data"] if SECRET_NAME.search(name)]


def wanted(site):
    """(secret, key) of each that a pod of the site reads; a whole volume counts as key `*`."""
    for template in all_pod_templates(site).values():
        for volume in template["spec"]["volumes"]:
            if "secret" in volume:
                yield volume["secret"]["secretName"], "*"
        for container in containers(template):
            for variable in container.get("env", []):
                if source := variable.get("valueFrom"):
                    yield source["secretKeyRef"]["name"], source["secretKeyRef"]["key"]


@pytest.mark.parametrize("site", SITES)
def test_the_readme_makes_every_secret_that_a_pod_reads(site):
    text = (FOLDER / "README.md").read_text().replace("\\\n", " ")
    made = {
        name: set(re.findall(r"--from-(?:file|literal)=([\w.-]+)=", options))
        for name, options in re.findall(r"create secret generic ([\w-]+)(.*)", text)
    }
    for name, key in wanted(site):
        assert key in {*made[name], "*"}, f"{name} {key}"
