"""A container of a rendered pod template, run here: manifest -> process.

Arguments and environment are those of the manifest. Host names and ports are replaced by those of
this machine, and files that a pod would find mounted are written into a folder.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from k8s.rendering import named

BIN = Path(sys.executable).parent  # stands for the image's /app/.venv/bin


@dataclass(frozen=True)
class Surroundings:
    """What Kubernetes would give a pod.

    Args:
        site: whose config maps are used.
        folder: where mounted files are written, one folder for each mount path.
        secrets: secret -> key -> value.
        replacements: text of the manifest -> what stands for it here, tried in order.
    """

    site: str
    folder: Path
    secrets: dict[str, dict[str, str]]
    replacements: dict[str, str]

    def localized(self, text: str) -> str:
        for there, here in self.replacements.items():
            text = text.replace(there, here)
        return text


def start(template: dict, name: str, around: Surroundings, log: Path) -> subprocess.Popen:
    """Start the container `name` of a pod template; both its streams go to `log`."""
    (container,) = [
        container
        for kind in ("initContainers", "containers")
        for container in template["spec"].get(kind, [])
        if container["name"] == name
    ]
    environment = _environment(container, around)
    mounts = _mounted(template, container, around)
    words = [_expanded(around.localized(word), environment) for word in _words(container)]
    located = {name: _relocated(value, mounts) for name, value in environment.items()}
    base = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(around.folder)}
    with log.open("wb") as output:
        return subprocess.Popen(
            words, env=base | located, cwd=around.folder, stdout=output, stderr=output
        )


def _words(container: dict) -> list[str]:
    return [*container["command"], *container.get("args", [])]


def _environment(container: dict, around: Surroundings) -> dict[str, str]:
    found = {}
    for source in container.get("envFrom", []):
        found |= named(around.site, "ConfigMap", source["configMapRef"]["name"])["data"]
    for variable in container.get("env", []):
        if source := variable.get("valueFrom"):
            reference = source["secretKeyRef"]
            found[variable["name"]] = around.secrets[reference["name"]][reference["key"]]
        else:
            found[variable["name"]] = variable["value"]
    return {name: around.localized(value) for name, value in found.items()}


def _expanded(word: str, environment: dict[str, str]) -> str:
    """As Kubernetes expands $(NAME)."""
    return re.sub(r"\$\((\w+)\)", lambda match: environment[match[1]], word)


def _mounted(template: dict, container: dict, around: Surroundings) -> dict[str, Path]:
    """Mount path -> folder with the files of its config map or secret."""
    volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    found = {}
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        if "configMap" in volume:
            files = named(around.site, "ConfigMap", volume["configMap"]["name"])["data"]
        elif "secret" in volume:
            files = around.secrets[volume["secret"]["secretName"]]
        else:
            continue
        folder = around.folder / mount["mountPath"].strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(around.localized(text))
        found[mount["mountPath"]] = folder
    return found


def _relocated(value: str, mounts: dict[str, Path]) -> str:
    for path, folder in mounts.items():
        if value.startswith(f"{path}/"):
            return f"{folder}{value.removeprefix(path)}"
    return value
