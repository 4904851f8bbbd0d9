"""model folder + scores -> a registered version with an alias and its lineage.

The artifact is a stock Hugging Face folder beside an MLmodel file that names a loader in this
package: no pickle and no code travels with it.
"""

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.models.model import ModelInfo

from spanbert import __version__
from spanbert.config import Config
from spanbert.registry.address import tracking_uri
from spanbert.registry.limits import Limits
from spanbert.registry.loaders import LOADERS
from spanbert.registry.server import server_errors
from spanbert.registry.signatures import interface_of
from spanbert.registry.tracking import StepRun
from spanbert.storage import verify

DIGEST_TAG = "spanbert.digest"
_AWAITED_S = 10  # for a version to be ready; with MLflow's own stores it is at once


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
    folder: Path, *, purpose: str, scores: Mapping[str, float], config: Config, step: StepRun
) -> RegisteredModel:
    """Register a model folder; the same content gives the same version again.

    A version and its digest are made in one request, so wherever this is cut off, calling it again
    finds the version or makes it.

    Args:
        purpose: a key of `LOADERS`.
        scores: kept as tags of the version.
        step: the version's lineage; what waits of it is sent first.

    Raises:
        IntegrityError: a file of the folder differs from its recorded digest.
        DependencyError: the server does not answer; the folder is as it was.
    """
    _, suffix = LOADERS[purpose]
    name, alias = f"{config.registry.model_name}{suffix}", config.registry.alias
    tags = {DIGEST_TAG: verify(folder, "model").digest, "spanbert.run_id": config.run_id}
    tags |= {metric: f"{value:.4f}" for metric, value in scores.items()}
    run, uri = step.ship(), tracking_uri(config)
    with server_errors(uri):
        client = MlflowClient(uri, uri)
        version = _version_with(client, name, tags[DIGEST_TAG])
        if version is None:
            source = _log(folder, name, purpose, run, uri)
            version = _create_version(client, name, source, run, tags)
        client.set_registered_model_alias(name, alias, version)
    return RegisteredModel(name, version, alias)


def _version_with(client: MlflowClient, name: str, digest: str) -> str | None:
    """The oldest version of this content: one request that was thought lost may have made two."""
    found = client.search_model_versions(f"name = '{name}'")
    versions = [int(v.version) for v in found if v.tags.get(DIGEST_TAG) == digest]
    return str(min(versions)) if versions else None


def _create_version(
    client: MlflowClient, name: str, source: ModelInfo, run: str, tags: dict[str, str]
) -> str:
    with contextlib.suppress(mlflow.MlflowException):  # it is there; else the next request says so
        client.create_registered_model(name)
    made = client.create_model_version(
        name, source.model_uri, run, tags, model_id=source.model_id, await_creation_for=_AWAITED_S
    )
    return str(made.version)


def _log(folder: Path, name: str, purpose: str, run: str, uri: str) -> ModelInfo:
    signature, example = interface_of(purpose, folder)
    # else it tells of each step of checking the example
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    mlflow.start_run(run_id=run)
    try:
        return mlflow.pyfunc.log_model(
            name=name,
            loader_module=LOADERS[purpose][0],
            data_path=str(folder),
            signature=signature,
            input_example=example,
            model_config=asdict(Limits()),
            pip_requirements=[f"spanbert=={__version__}"],
        )
    finally:
        mlflow.end_run()
