"""A run on a KFP server: how it and its steps are, its end awaited, its end demanded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.server import Server
from spanbert.cluster.kuberay import delete_jobs
from spanbert.errors import ConfigError, DependencyError, PreemptedError
from spanbert.progress import Say
from spanbert.registry.follower import delay_s

# states that end a run, and the exit code of who waited for it
ENDS = {"SUCCEEDED": 0, "SKIPPED": 0, "FAILED": 1, "CANCELED": PreemptedError.exit_code}
RIDDEN_OVER_S = 600.0  # a server that is away for longer is given up
_LOOK_AGAIN_S = 5.0
_CANCELING_S = 120.0  # that a canceled run is given to end
_WITHOUT_A_PERSON = ("root", "executor")  # tasks that KFP makes for itself, besides drivers
_NOT_YET = datetime.max.replace(tzinfo=UTC)  # when what has no time yet begins


@dataclass(frozen=True)
class StepState:
    """One step; times as the server writes them, or empty."""

    name: str
    state: str
    seconds: float | None  # from start to end, once it has ended


@dataclass(frozen=True)
class RunState:
    """A run and its steps, in the order in which they started."""

    run_id: str
    name: str
    state: str
    error: str
    link: str
    steps: tuple[StepState, ...]

    @property
    def has_ended(self) -> bool:
        """Whether the state is one that stays."""
        return self.state in ENDS


def read_run(server: Server, run_id: str) -> RunState:
    """How a run is now.

    Raises:
        ConfigError: there is no such run, or the server refuses the token.
        DependencyError: the server does not answer.
    """
    run = server.ask(server.runs.run_service_get_run, run_id)
    if run.run_id != run_id:
        raise server.not_kfp()
    details = (run.run_details and run.run_details.task_details) or []
    tasks = [task for task in details if _is_step(task.display_name or "")]
    return RunState(
        run_id=run_id,
        name=run.display_name or "",
        state=run.state or "PENDING",
        error=(run.error and run.error.message) or "",
        link=server.link("runs", run_id),
        steps=tuple(map(_step, sorted(tasks, key=_began))),
    )


def wait_for_end(
    server: Server,
    run_id: str,
    say: Say,
    *,
    patience_s: float = float("inf"),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> RunState:
    """The run when it has ended; changes are told as they come.

    A server that is away is asked again, less and less often.

    Args:
        patience_s: how long it may take.

    Raises:
        DependencyError: the server was away for `RIDDEN_OVER_S`, or patience is over.
        ConfigError: there is no such run, or the server refuses the token.
    """
    begun_s = answered_s = clock()
    known: RunState | None = None
    failures = 0
    while True:
        try:
            known, failures, answered_s = _told(read_run(server, run_id), known, say), 0, clock()
        except DependencyError:
            failures += 1
            if clock() - answered_s > RIDDEN_OVER_S:
                raise
        if known and known.has_ended:
            return known
        if clock() - begun_s > patience_s:
            raise DependencyError(
                f"run {run_id} has not ended after {patience_s:.0f} s",
                place=server.host,
                remedy=f"look again: spanbert status {run_id} --wait",
            )
        sleep(delay_s(failures) if failures else _LOOK_AGAIN_S)


def cancel_run(server: Server, run_id: str, namespace: str, say: Say) -> RunState:
    """End a run and its Ray jobs, which KFP knows nothing of.

    They are looked for first, so that nothing is ended where Kubernetes is out of reach, and last,
    for a step may make one while the run is ending.

    Raises:
        ConfigError: there is no such run, or KFP or Kubernetes refuses.
        DependencyError: one of them does not answer, or the run has not ended in time.
    """
    named = _delete_jobs(namespace, run_id, say)
    if not read_run(server, run_id).has_ended:
        try:
            server.ask(server.runs.run_service_terminate_run, run_id)
        except ConfigError:  # it may have ended by itself just now
            if not read_run(server, run_id).has_ended:
                raise
    try:
        return wait_for_end(server, run_id, say, patience_s=_CANCELING_S)
    finally:
        if not named + _delete_jobs(namespace, run_id, say):
            say(f"no Ray job of this run is in namespace {namespace}")


def _delete_jobs(namespace: str, run_id: str, say: Say) -> int:
    names = delete_jobs(namespace, run_id)
    for name in names:
        say(f"deleted Ray job {name}")
    return len(names)


def _told(now: RunState, before: RunState | None, say: Say) -> RunState:
    """Tell which steps, and whether the run, are in another state than before."""
    known = {step.name: step.state for step in before.steps} if before else {}
    for step in now.steps:
        if known.get(step.name) != step.state:
            say(f"{step.name}: {step.state}")
    if before is None or before.state != now.state:
        say(f"run {now.run_id}: {now.state}")
    return now


def _is_step(name: str) -> bool:
    """Whether a task of KFP's is a step of ours: not its root, drivers and containers."""
    return not (name.startswith(_WITHOUT_A_PERSON) or name.endswith("-driver"))


def _step(task: Any) -> StepState:
    seconds = (task.end_time - _began(task)).total_seconds() if _ended(task) else None
    return StepState(task.display_name, task.state or "PENDING", seconds)


def _ended(task: Any) -> bool:
    """KFP writes no time, or the year 1 or 1970, as the end of what has not ended."""
    return bool(task.end_time) and task.end_time >= _began(task)


def _began(task: Any) -> datetime:
    return task.start_time or task.create_time or _NOT_YET
