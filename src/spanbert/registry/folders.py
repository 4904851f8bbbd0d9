"""A model's folder from what a user names: a path, or an address in the registry."""

from pathlib import Path

from spanbert.config import Config
from spanbert.errors import DataError
from spanbert.registry.address import SQLITE, tracking_uri

_SCHEME = "models:/"


def model_folder(name: str, config: Config) -> Path:
    """The folder of a model's files.

    Args:
        name: a folder, or models:/name@alias, or models:/name/version.

    Raises:
        DataError: there is no such folder or registered model.
    """
    if name.startswith(_SCHEME):
        return _registered(name, config)
    if not Path(name).is_dir():
        raise DataError(
            "no such model folder", place=name, remedy="pass a folder or models:/NAME@ALIAS"
        )
    return Path(name)


def _registered(name: str, config: Config) -> Path:
    import mlflow
    from mlflow.artifacts import download_artifacts

    uri = tracking_uri(config)
    if uri.startswith(SQLITE) and not Path(uri.removeprefix(SQLITE)).is_file():
        raise DataError(
            f"no tracking database at {uri}",
            place=name,
            remedy="pass --config of the run, or set MLFLOW_TRACKING_URI",
        )
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        folder = Path(download_artifacts(name))
    except mlflow.MlflowException as error:
        first = str(error).splitlines()[0]
        raise DataError(
            first, place=name, remedy="spanbert ui shows the registered models"
        ) from error
    return next(path.parent for path in folder.rglob("config.json"))
