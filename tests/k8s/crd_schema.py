"""KubeRay's objects against KubeRay's own schema: types, unknown fields, enums.

object -> what an API server would refuse; `operator_rules.py` adds what the operator would.
The schema files and the four ways they are adapted: `tests/fixtures/kuberay/README.md`.
"""

import functools
import gzip
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from k8s import operator_rules

FOLDER = Path(__file__).parents[1] / "fixtures" / "kuberay"
FILE_BY_KIND = {"RayCluster": "ray.io_rayclusters.yaml.gz", "RayJob": "ray.io_rayjobs.yaml.gz"}


def check(ray_object: dict) -> None:
    """Pass silently when the API server and the operator would both take it.

    Raises:
        AssertionError: they would not; one line a problem.
    """
    found = problems(ray_object) + operator_rules.problems(ray_object)
    assert not found, "\n".join(found)


def problems(ray_object: dict) -> list[str]:
    """What the API server would refuse, as `field.path: reason`.

    Raises:
        KeyError: of a kind or version that has no schema here.
    """
    errors = _validator(ray_object["kind"], ray_object["apiVersion"]).iter_errors(ray_object)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@functools.cache
def _validator(kind: str, api_version: str) -> Draft202012Validator:
    with gzip.open(FOLDER / FILE_BY_KIND[kind]) as file:
        definition = yaml.load(file, yaml.CSafeLoader)
    group = definition["spec"]["group"]
    by_version = {
        f"{group}/{version['name']}": version["schema"]["openAPIV3Schema"]
        for version in definition["spec"]["versions"]
    }
    schema = _adapted(by_version[api_version])
    schema["properties"]["metadata"] = {"type": "object"}
    return Draft202012Validator(schema)


def _adapted(schema: dict) -> dict:
    """As JSON Schema: closed to unknown fields, defaults not required, nullable as a type."""
    adapted = dict(schema)
    if properties := schema.get("properties"):
        adapted["properties"] = {name: _adapted(part) for name, part in properties.items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            adapted.setdefault("additionalProperties", False)
        adapted["required"] = [
            name for name in schema.get("required", []) if "default" not in properties[name]
        ]
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            adapted[name] = _adapted(schema[name])
    if schema.get("nullable"):
        return {"anyOf": [adapted, {"type": "null"}]}
    return adapted
