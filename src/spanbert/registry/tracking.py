"""The tracking server: runs, parameters, metrics, digests, artifacts.

One parent run for each pipeline run and one child for each step, found again by their tags, so a
repeated step goes on in the run it began. Each call names its run: nothing here depends on a
"current" run of the process.
"""

import contextlib
import getpass
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from spanbert import __version__
from spanbert.config import Config, to_toml
from spanbert.errors import DependencyError
from spanbert.registry.address import tracking_uri
from spanbert.storage import git_commit

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
_METRICS_AT_ONCE, _FLUSH_AFTER_S = 500, 10.0
_LONGEST_DIGEST = 36  # characters; what the server takes
_LONGEST_PARAM = 500  # characters; the server cuts at 6000 without a word


class StepRun:
    """The MLflow run of one pipeline step."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client, self.run_id = client, run_id

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record settings; one that is there already is left as it is."""
        known = self._client.get_run(self.run_id).data.params
        new = [Param(k, str(v)[:_LONGEST_PARAM]) for k, v in params.items() if k not in known]
        self._client.log_batch(self.run_id, params=new)

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Record figures."""
        now_ms = int(time.time() * 1000)
        points = [Metric(name, float(v), now_ms, step) for name, v in metrics.items()]
        self._client.log_batch(self.run_id, metrics=points)

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Record digests and names; a later value replaces an earlier one."""
        self._client.log_batch(self.run_id, tags=[RunTag(k, v) for k, v in tags.items()])

    def log_datasets(self, digests: Mapping[str, str]) -> None:
        """Record which data a step read or made, for the UI's dataset column."""
        data = [
            DatasetInput(Dataset(role, digest[:_LONGEST_DIGEST], "artifact", role))
            for role, digest in digests.items()
        ]
        self._client.log_inputs(self.run_id, data)

    def log_file(self, path: Path) -> None:
        """Keep a copy of a file."""
        self._client.log_artifact(self.run_id, str(path))


class Tracking:
    """The runs of one experiment.

    Raises:
        DependencyError: the server or database does not answer.
    """

    def __init__(self, config: Config) -> None:
        self.uri = tracking_uri(config)
        self._config = config
        with _server_errors(self.uri):
            if self.uri.startswith("sqlite:///"):
                Path(config.run.folder).mkdir(parents=True, exist_ok=True)
            self._client = MlflowClient(self.uri, self.uri)
            self._experiment = self._experiment_id()

    def parent(self, run_id: str) -> str:
        """The MLflow run of a pipeline run, made where it is not there yet."""
        found = self._find(f"tags.`{RUN_TAG}` = '{run_id}' and tags.`{STEP_TAG}` = 'pipeline'")
        if found:
            if found.info.status != "RUNNING":  # the same run goes on
                self._client.update_run(found.info.run_id, status="RUNNING")
            return found.info.run_id
        tags = _origin() | {RUN_TAG: run_id, STEP_TAG: "pipeline"}
        run = self._client.create_run(self._experiment, tags=tags, run_name=run_id)
        parent = run.info.run_id
        self._client.log_text(parent, to_toml(self._config), "config.toml")
        self._client.log_batch(parent, params=[Param("config_digest", self._config.digest)])
        return parent

    def conclude(
        self,
        run_id: str,
        metrics: Mapping[str, float],
        files: Iterable[Path] = (),
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a pipeline run's headline figures and files on its parent, and end it."""
        with _server_errors(self.uri):
            parent = StepRun(self._client, self.parent(run_id))
            parent.log_params(params or {})
            parent.log_metrics(metrics)
            for path in files:
                parent.log_file(path)
            self._client.set_terminated(parent.run_id, "FINISHED")

    @contextlib.contextmanager
    def step(self, run_id: str, name: str) -> Iterator[StepRun]:
        """The child run of a step; ended as FINISHED, or as FAILED where the body raises."""
        with _server_errors(self.uri):
            parent = self.parent(run_id)
            child = self._child(parent, run_id, name)
        try:
            yield StepRun(self._client, child)
        except BaseException:
            with contextlib.suppress(MlflowException):
                self._client.set_terminated(child, "FAILED")
                self._client.set_terminated(parent, "FAILED")
            raise
        with _server_errors(self.uri):
            self._client.set_terminated(child, "FINISHED")

    def _child(self, parent: str, run_id: str, name: str) -> str:
        found = self._find(f"tags.`{RUN_TAG}` = '{run_id}' and tags.`{STEP_TAG}` = '{name}'")
        if found:
            self._client.update_run(found.info.run_id, status="RUNNING")
            return found.info.run_id
        tags = _origin() | {RUN_TAG: run_id, STEP_TAG: name, MLFLOW_PARENT_RUN_ID: parent}
        return self._client.create_run(self._experiment, tags=tags, run_name=name).info.run_id

    def _find(self, query: str) -> Run | None:
        runs = self._client.search_runs([self._experiment], query, max_results=1)
        return runs[0] if runs else None

    def _experiment_id(self) -> str:
        name = self._config.registry.experiment
        found = self._client.get_experiment_by_name(name)
        if found:
            return found.experiment_id
        local = self.uri.startswith("sqlite:///")
        artifacts = (Path(self._config.run.folder).absolute() / "artifacts").as_uri()
        return self._client.create_experiment(name, artifacts if local else None)


class MetricsSink:
    """Sends the figures of a training run in batches; each step's figures once.

    A resumed run repeats steps that were logged before it was killed, with equal figures: what the
    server has already is not sent again.
    """

    def __init__(self, uri: str, run_id: str) -> None:
        self._client, self._run_id = MlflowClient(uri, uri), run_id
        self._waiting: list[Metric] = []
        self._flushed_s = time.monotonic()
        self._last_step: int | None = None

    def __call__(self, step: int, metrics: dict[str, float]) -> None:
        """Take one step's figures."""
        if self._last_step is None:
            self._last_step = self._last_logged(next(iter(metrics)))
        if step <= self._last_step:
            return
        now_ms = int(time.time() * 1000)
        self._waiting += [Metric(k, float(v), now_ms, step) for k, v in metrics.items()]
        is_late = time.monotonic() - self._flushed_s > _FLUSH_AFTER_S
        if is_late or len(self._waiting) > _METRICS_AT_ONCE:
            self._flush()

    def __enter__(self) -> "MetricsSink":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send what waits."""
        self._flush()

    def _last_logged(self, name: str) -> int:
        history = self._client.get_metric_history(self._run_id, name)
        return max((point.step for point in history), default=-1)

    def _flush(self) -> None:
        if self._waiting:
            self._client.log_batch(self._run_id, metrics=self._waiting)
        self._waiting, self._flushed_s = [], time.monotonic()


def _origin() -> dict[str, str]:
    """Tags by which the UI shows where a run comes from."""
    return {
        MLFLOW_USER: getpass.getuser(),
        MLFLOW_SOURCE_NAME: f"spanbert {__version__}",
        MLFLOW_GIT_COMMIT: git_commit(),
    }


@contextlib.contextmanager
def _server_errors(uri: str) -> Iterator[None]:
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise DependencyError(
            f"MLflow does not answer ({str(error).splitlines()[0][:200]})",
            place=uri.rpartition("@")[2],  # without a user and password in it
            remedy="check registry.tracking_uri and that the server runs",
        ) from error
