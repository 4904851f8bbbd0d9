"""model folder + scores -> a registered version with an alias and its lineage.

The artifact is a stock Hugging Face folder beside an MLmodel file that names a loader in this
package: no pickle and no code travels with it.
"""

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient

from spanbert import __version__
from spanbert.config import Config
from spanbert.registry.tracking import StepRun
from spanbert.storage import verify

# what a model is for -> the module that loads it, and the end of its name
LOADERS = {
    "encoder": ("spanbert.registry.fill_mask", ""),
    "qa": ("spanbert.registry.question_answering", "-qa"),
}
DIGEST_TAG = "spanbert.digest"


@dataclass(frozen=True)
class RegisteredModel:
    """A version in the registry."""

    name: str
    version: str
    alias: str

    @property
    def uri(self) -> str:
        """What `mlflow.pyfunc.load_model` takes."""
        return f"models:/{self.name}@{self.alias}"


def register(
    folder: Path,
    *,
    purpose: str,
    scores: Mapping[str, float],
    config: Config,
    step: StepRun,
    uri: str,
) -> RegisteredModel:
    """Register a model folder; the same content gives the same version again.

    Args:
        purpose: a key of `LOADERS`.
        scores: kept as tags of the version.

    Raises:
        IntegrityError: a file of the folder differs from its recorded digest.
    """
    loader_module, suffix = LOADERS[purpose]
    name = f"{config.registry.model_name}{suffix}"
    digest = verify(folder, "model").digest
    client = MlflowClient(uri, uri)
    version = _version_with(client, name, digest)
    if version is None:
        tags = {DIGEST_TAG: digest, "spanbert.run_id": config.run_id}
        version = _log(folder, name, loader_module, step, uri)
        for key, value in tags.items():
            client.set_model_version_tag(name, version, key, value)
        for metric, value in scores.items():
            client.set_model_version_tag(name, version, metric, f"{value:.4f}")
    client.set_registered_model_alias(name, config.registry.alias, version)
    return RegisteredModel(name, version, config.registry.alias)


def _version_with(client: MlflowClient, name: str, digest: str) -> str | None:
    with contextlib.suppress(mlflow.MlflowException):  # no such model yet
        for found in client.search_model_versions(f"name = '{name}'"):
            if found.tags.get(DIGEST_TAG) == digest:
                return str(found.version)
    return None


def _log(folder: Path, name: str, loader_module: str, step: StepRun, uri: str) -> str:
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # warns that there is no input example
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    mlflow.start_run(run_id=step.run_id)
    logged: Any = mlflow.pyfunc.log_model(
        name=name,
        loader_module=loader_module,
        data_path=str(folder),
        registered_model_name=name,
        pip_requirements=[f"spanbert=={__version__}"],
    )
    return str(logged.registered_model_version)
