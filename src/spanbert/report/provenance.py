"""What results were made with: versions, settings, artifacts, hardware."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from spanbert import __version__
from spanbert.config import Config
from spanbert.storage import git_commit

_PACKAGES = ("torch", "tokenizers", "safetensors", "numpy", "ray", "kfp", "mlflow", "datasets")


def provenance_of(config: Config, digests: Mapping[str, str]) -> dict[str, Any]:
    """The object that results keep under "provenance".

    Args:
        digests: of the artifacts, by role.
    """
    return {
        "package_version": __version__,
        "git_commit": git_commit(),
        "config_digest": config.digest,
        "artifacts": dict(digests),
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
        "hardware": f"{os.cpu_count()} CPU cores, {platform.machine()}",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
