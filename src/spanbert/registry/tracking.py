"""What a run wants remembered -> records on disk; sent to MLflow when there is time and a server.

One spool for each step and one for the pipeline run itself, below `<run folder>/tracking/<run id>`.
Writing them needs no server and opens no connection. Each becomes a run of MLflow: the steps'
runs are children of the pipeline's. Where KFP's MLflow plugin has made runs for its tasks already,
the records go to those (`address.py`), whose status is KFP's to tell.
"""

import contextlib
import getpass
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from spanbert import __version__
from spanbert.config import Config, to_toml
from spanbert.errors import DependencyError
from spanbert.progress import Say
from spanbert.registry.address import given_run, server_name
from spanbert.registry.follower import Follower
from spanbert.registry.spool import (
    PIPELINE,
    append,
    begin_of,
    count_waiting,
    read_lines,
    read_sent,
)
from spanbert.storage import git_commit, write_text_atomic

_KFP_RUN_VARIABLE = "SPANBERT_KFP_RUN_ID"  # of a pod, set by pipelines/placing.py
_LONGEST_PARAM = 500  # characters; the server cuts at 6000 without a word


class StepRun:
    """The records of one pipeline step."""

    def __init__(self, config: Config, spool: Path, say: Say) -> None:
        self._config, self.spool, self._say = config, spool, say

    def begin(self) -> None:
        """Say what the records belong to, once or when KFP gives another run, and that it runs."""
        given, lines = given_run(self._config), read_lines(self.spool)
        if not lines or (given and begin_of(lines).get("given") != given):
            self._record(
                "begin",
                run_id=self._config.run_id,
                step=self.spool.stem,
                experiment=self._config.registry.experiment,
                user=_user(),
                source=f"spanbert {__version__}",
                git_commit=git_commit(),
                given=given,
            )
        if kfp_run := os.environ.get(_KFP_RUN_VARIABLE):
            self.log_tags({"kfp.run_id": kfp_run})
        self.end("RUNNING")

    def end(self, status: str) -> None:
        """Record a status of MLflow's: RUNNING, FINISHED, FAILED."""
        if not given_run(self._config):
            self._record("status", status=status)

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record settings; one that is there already is left as it is."""
        self._record("params", values={k: str(v)[:_LONGEST_PARAM] for k, v in params.items()})

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Record figures of the whole step.

        Where the step is repeated, a figure that is the same is not recorded again, and one that
        differs is the next point of its curve: each attempt's can be seen.
        """
        known = self._figures()
        for name, value in metrics.items():
            step, before = known.get(name, (-1, None))
            if before != float(value):
                self._record("metrics", step=step + 1, values={name: float(value)})

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Record digests and names; a later value replaces an earlier one."""
        self._record("tags", values=dict(tags))

    def log_datasets(self, digests: Mapping[str, str]) -> None:
        """Record which data a step read or made, for the UI's dataset column."""
        self._record("datasets", values=dict(digests))

    def log_file(self, path: Path) -> None:
        """Keep a copy of a file, as it is when it is sent."""
        self._record("file", path=str(path.absolute()))

    def follow(self, curve: Path) -> AbstractContextManager[object]:
        """Send the lines of a curve (`training/curve.py`) as they come, while this is open.

        Nobody waits for the server: what it did not take is sent at the end of the step or later.
        """
        with contextlib.suppress(DependencyError):  # told at the end of the step
            import spanbert.registry.shipping  # here, for threads must not import beside Ray  # noqa: F401
        self._record("follow", path=str(curve.absolute()))
        return Follower(self.ship)

    def ship(self) -> str:
        """Send what waits of this step; returns the id of its MLflow run.

        Raises:
            DependencyError: the server does not answer.
        """
        from spanbert.registry.server import Server
        from spanbert.registry.shipping import ship

        server = Server(self._config, self._say)
        ship(self.spool, server)
        return read_sent(self.spool, server.name).run

    def _record(self, kind: str, **content: Any) -> None:
        append(self.spool, {"kind": kind, "time_ms": int(time.time() * 1000), **content})

    def _figures(self) -> dict[str, tuple[int, float]]:
        records = [line.record for line in read_lines(self.spool)]
        return {
            name: (record["step"], value)
            for record in records
            if record["kind"] == "metrics"
            for name, value in record["values"].items()
        }


class Tracking:
    """The records of one pipeline run.

    Args:
        folder: the run's folder; spools lie below it.
        say: told, at the end of a step, of records that wait for a server.
    """

    def __init__(self, config: Config, folder: Path, say: Say) -> None:
        self._config, self._say = config, say
        self.folder = folder / "tracking" / config.run_id

    def conclude(
        self,
        metrics: Mapping[str, float],
        files: Iterable[Path] = (),
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a pipeline run's headline figures and files on its parent, and end it."""
        parent = self._parent()
        parent.log_params(params or {})
        parent.log_metrics(metrics)
        for path in files:
            parent.log_file(path)
        parent.end("FINISHED")

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[StepRun]:
        """The records of a step; it ends as FINISHED, or as FAILED where the body raises.

        At the end all that waits in the run's folder is sent, earlier steps' leftovers too.
        """
        parent, child = self._parent(), self._run(name)
        child.begin()
        try:
            yield child
        except BaseException:
            child.end("FAILED")
            parent.end("FAILED")
            self.ship()
            raise
        child.end("FINISHED")
        self.ship()

    def ship(self) -> None:
        """Send what waits, in one attempt; a server that is down costs a line and no step."""
        try:
            from spanbert.registry.server import Server
            from spanbert.registry.shipping import ship_all

            ship_all(self._spools(), Server(self._config, self._say))
        except DependencyError as error:
            self._say(self._told(error))

    def _told(self, error: DependencyError) -> str:
        server = server_name(self._config)
        number = sum(count_waiting(spool, server) for spool in self._spools())
        return (
            f"{number} records wait for MLflow in {self.folder} ({error.cause})"
            f" -> spanbert sync --config {self.folder / 'config.toml'}"
        )

    def _spools(self) -> list[Path]:
        """Of this run, and of others that were made in the same folder: an ablation's pairs."""
        return sorted(self.folder.parent.glob("*/*.jsonl"))

    def _run(self, name: str) -> StepRun:
        return StepRun(self._config, self.folder / f"{name}.jsonl", self._say)

    def _parent(self) -> StepRun:
        parent = self._run(PIPELINE)
        parent.begin()
        if not any(line.record["kind"] == "params" for line in read_lines(parent.spool)):
            settings = self.folder / "config.toml"
            write_text_atomic(settings, to_toml(self._config))
            parent.log_file(settings)
            parent.log_params({"config_digest": self._config.digest})
        return parent


def _user() -> str:
    """Who runs this: a name, or the number of a user whom a container has none for."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def exactness_tags(counts: Mapping[str, Any]) -> dict[str, str]:
    """How exactly a resumed training repeats an uncut one, of what `ray_job.pretrain` returned."""
    found = counts["exactness"]
    names = {"level": "spanbert.exactness", "reason": "spanbert.exactness_reason"}
    return {tag: str(found[name]) for name, tag in names.items() if name in found}
