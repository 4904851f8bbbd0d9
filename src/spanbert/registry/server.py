"""The tracking server: runs found or made by their tags, and records sent to them.

Everything here may be done twice with the same outcome: a run is found again by its tags, a
parameter that is there is left, and MLflow's store drops a metric whose time, step and value it
has. So a sender that was killed starts again where it last noted its place. One attempt, no
retries: whoever calls knows whether somebody waits.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanbert.config import Config
from spanbert.errors import DependencyError
from spanbert.progress import Say
from spanbert.registry.address import SQLITE, server_name, tracking_uri, without_password
from spanbert.registry.spool import PIPELINE

# a request that hangs ends after this; a training step that is over waits for no more than one
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # it is a program's to read
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

try:
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run, RunTag
    from mlflow.exceptions import MlflowException
    from mlflow.utils.mlflow_tags import (
        MLFLOW_GIT_COMMIT,
        MLFLOW_PARENT_RUN_ID,
        MLFLOW_SOURCE_NAME,
        MLFLOW_USER,
    )
    from sqlalchemy.exc import SQLAlchemyError
except ImportError as missing:
    raise DependencyError(
        "MLflow is not installed", remedy="pip install 'spanbert[tracking]'"
    ) from missing

RUN_TAG, STEP_TAG = "spanbert.run_id", "spanbert.step"
_NOT_THERE, _REFUSED = "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
_LONGEST_DIGEST = 36  # characters; what the server takes


class RefusedError(DependencyError):
    """The server answers that it will never take this."""


class Server:
    """The server of a configuration.

    Args:
        say: told of a record that the server will never take, for it is passed over.

    Raises:
        DependencyError: from every method, where the server or database does not answer.
    """

    def __init__(self, config: Config, say: Say) -> None:
        self.uri, self._say = tracking_uri(config), say
        self.name = server_name(config)
        self._artifacts = Path(config.run.folder).absolute() / "artifacts"
        with server_errors(self.uri):
            if self.uri.startswith(SQLITE):
                self._artifacts.parent.mkdir(parents=True, exist_ok=True)
            self._client = MlflowClient(self.uri, self.uri)

    def run_for(self, begin: dict[str, Any], known: str) -> str:
        """The MLflow run that a spool's begin record describes, made where it is not there.

        Args:
            known: its id, if one was found before; it may have been deleted since.
        """
        with server_errors(self.uri):
            if given := self._given_run(begin):
                if given != known:
                    self._client.log_batch(given, tags=_tags(_marks(begin)))
                return given
            if known and self._active_run(known):
                return known
            experiment = self._experiment_id(begin["experiment"])
            parent = self._find_or_create(experiment, begin | {"step": PIPELINE}, {})
            if begin["step"] == PIPELINE:
                return parent
            return self._find_or_create(experiment, begin, {MLFLOW_PARENT_RUN_ID: parent})

    def send(self, run: str, records: Sequence[dict[str, Any]]) -> None:
        """Send records of one kind; one that is refused does not keep the others back."""
        try:
            with server_errors(self.uri):
                _SEND[records[0]["kind"]](self._client, run, records)
        except RefusedError as error:
            if len(records) == 1:
                self._say(f"MLflow refuses {records[0]['kind']}: {error.cause}")
            for record in records if len(records) > 1 else ():
                self.send(run, [record])

    def _given_run(self, begin: dict[str, Any]) -> str:
        """The run that KFP has made for a step, its parent for the pipeline; "" for none."""
        run = self._active_run(begin["given"]) if begin.get("given") else None
        if run and begin["step"] == PIPELINE:
            run = self._active_run(run.data.tags.get(MLFLOW_PARENT_RUN_ID, run.info.run_id))
        return run.info.run_id if run else ""

    def _active_run(self, run: str) -> Run | None:
        try:
            found = self._client.get_run(run)
        except MlflowException as error:
            if error.error_code != _NOT_THERE:
                raise
            return None
        return found if found.info.lifecycle_stage == "active" else None

    def _find_or_create(
        self, experiment: str, begin: dict[str, Any], more_tags: dict[str, str]
    ) -> str:
        run_id, step = begin["run_id"], begin["step"]
        query = f"tags.`{RUN_TAG}` = '{run_id}' and tags.`{STEP_TAG}` = '{step}'"
        order = ["attributes.start_time ASC"]  # where a late answer made two, it is always the same
        found: list[Run] = self._client.search_runs([experiment], query, 1, 1, order)
        if found:
            return found[0].info.run_id
        made = self._client.create_run(
            experiment,
            start_time=begin["time_ms"],
            tags=_marks(begin) | more_tags,
            run_name=run_id if step == PIPELINE else step,
        )
        return made.info.run_id

    def _experiment_id(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found:
            return found.experiment_id
        local = self.uri.startswith(SQLITE)
        return self._client.create_experiment(name, self._artifacts.as_uri() if local else None)


@contextlib.contextmanager
def server_errors(uri: str) -> Iterator[None]:
    """Whatever a dead or confused server makes MLflow raise, as one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError, ValueError) as error:
        told = (str(error).splitlines() or [""])[0].replace(uri, without_password(uri))[:200]
        if isinstance(error, MlflowException) and error.error_code == _REFUSED:
            raise RefusedError(told, place=without_password(uri)) from error
        raise DependencyError(
            f"MLflow does not answer ({told})",
            place=without_password(uri),
            remedy="check registry.tracking_uri and that the server runs",
        ) from error


def _marks(begin: dict[str, Any]) -> dict[str, str]:
    """Tags by which a run is found, and by which the UI shows where it comes from."""
    return {
        RUN_TAG: begin["run_id"],
        STEP_TAG: begin["step"],
        MLFLOW_USER: begin["user"],
        MLFLOW_SOURCE_NAME: begin["source"],
        MLFLOW_GIT_COMMIT: begin["git_commit"],
    }


def _tags(values: dict[str, str]) -> list[RunTag]:
    return [RunTag(name, value) for name, value in values.items()]


def _send_nothing(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    """Records that are for the sender alone."""


def _send_params(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    known = client.get_run(run).data.params
    params = {k: v for record in reversed(records) for k, v in record["values"].items()}
    client.log_batch(run, params=[Param(k, v) for k, v in params.items() if k not in known])


def _send_metrics(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    points = [
        Metric(name, value, record["time_ms"], record["step"])
        for record in records
        for name, value in record["values"].items()
    ]
    client.log_batch(run, metrics=points)


def _send_tags(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    tags = {k: v for record in records for k, v in record["values"].items()}
    client.log_batch(run, tags=_tags(tags))


def _send_datasets(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    digests = {k: v for record in records for k, v in record["values"].items()}
    data = [
        DatasetInput(Dataset(role, digest[:_LONGEST_DIGEST], "artifact", role))
        for role, digest in digests.items()
    ]
    client.log_inputs(run, data)


def _send_files(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    for path in {record["path"] for record in records}:
        if Path(path).exists():  # else a later run of the step has cleared it away
            client.log_artifact(run, path)


def _send_status(client: MlflowClient, run: str, records: Sequence[dict[str, Any]]) -> None:
    last = records[-1]
    if last["status"] == "RUNNING":  # a repeated step goes on
        client.update_run(run, status="RUNNING")
    else:
        client.set_terminated(run, last["status"], last["time_ms"])


_SEND = {
    "begin": _send_nothing,
    "follow": _send_nothing,
    "params": _send_params,
    "metrics": _send_metrics,
    "tags": _send_tags,
    "datasets": _send_datasets,
    "file": _send_files,
    "status": _send_status,
}
