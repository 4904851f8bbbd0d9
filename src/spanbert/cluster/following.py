"""A piece of work as Ray jobs, one after another until one has done it, as if it were done here."""

import shlex
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from spanbert.cluster.jobs import JobState, RayJobs
from spanbert.cluster.mailbox import Mailbox, Request
from spanbert.errors import DependencyError, PreemptedError, SpanbertError
from spanbert.failures import RETRY_HELPS
from spanbert.progress import Say
from spanbert.training.keeping import ask_to_stop
from spanbert.training.leaving import leaving_on_sigterm

T = TypeVar("T")

_LOOK_S = 1.0
_PATIENCE_S = 900.0  # that the service which makes jobs may be away
_LATE_FILE_S = 60.0
_TOLD_AGAIN_S = 300.0  # while a job waits for its machines


@dataclass(frozen=True)
class Listener:
    """Who is told of a job.

    Args:
        say: its lines.
        follow: is given the file of its figures, and is open while it runs.
        log_tags: its name, and where it can be looked at.
    """

    say: Say
    follow: Callable[[Path], AbstractContextManager[object]]
    log_tags: Callable[[dict[str, str]], None]


@dataclass(frozen=True)
class Following:
    """Follows the Ray jobs of one mailbox.

    Args:
        name: of the jobs; each gets a number besides.
        retries: jobs made anew after one was lost.
        grace_s: from SIGTERM to the last checkpoint of training.
    """

    jobs: RayJobs
    box: Mailbox
    listener: Listener
    name: str
    retries: int
    grace_s: float

    def run(self, request: Request) -> dict[str, Any]:
        """The counts of the finished work; a job that is there already is followed on.

        Raises:
            PreemptedError: the job was stopped, or this process was asked to leave.
            DependencyError: the service is away, or job after job was lost.
            SpanbertError: what the job said, with its exit code.
        """
        error: SpanbertError | None = None
        for _ in range(self.retries + 1):
            error = self._attempt(request)
            if error is None:
                return self.box.counts() or {}
            if error.exit_code not in RETRY_HELPS:
                break
            self.listener.say(f"lost: {error}; the next Ray job goes on from what is kept")
        assert error is not None
        raise error

    def _attempt(self, request: Request) -> SpanbertError | None:
        """One job to its end: None where the work is done."""
        self.box.forget_lines()
        if self.box.counts() is not None:
            return None
        job = self._living() or self._start(request)
        self._tell(job)
        try:
            with leaving_on_sigterm(self._ask_to_stop, self.grace_s):
                state = self._watch(job)
        except PreemptedError:
            self.jobs.end(job)  # nobody would follow it
            raise
        if self._is_done(state):
            return None
        return self.box.failure() or state.error or _lost(job, state)

    def _living(self) -> str:
        """The job that another process of this work has left, from now on ours; or nothing."""
        job = self.box.job()
        if not job or self._state(job).has_ended:
            return ""
        self._patiently(lambda: self.jobs.adopt(job))
        return job

    def _start(self, request: Request) -> str:
        if before := self.box.job():
            self._patiently(lambda: self.jobs.end(before))  # its machines are wanted
        self.box.ask(request)
        job = self.box.name_job(self.name)
        words = ["python", "-m", "spanbert.cluster.job", str(self.box.folder)]
        self._patiently(lambda: self.jobs.start(job, shlex.join(words)))
        return job

    def _is_done(self, state: JobState) -> bool:
        """Whether the work has counts; a network disk may show a new file a little late."""
        late_s = time.monotonic() + (_LATE_FILE_S if state.phase == "succeeded" else 0)
        while self.box.counts() is None and self.box.failure() is None:
            if time.monotonic() >= late_s:
                break
            time.sleep(_LOOK_S)
        return self.box.counts() is not None

    def _tell(self, job: str) -> None:
        address = self.jobs.address(job)
        self.listener.say(f"Ray job {job}" + (f", {address}" if address else ""))
        self.listener.log_tags({"ray.job": job} | ({"ray.dashboard": address} if address else {}))

    def _watch(self, job: str) -> JobState:
        """Pass on lines and figures until the job has ended."""
        with ExitStack() as stack:
            followed, told_s = None, time.monotonic()
            while True:
                state = self._state(job)
                if state.phase == "coming" and time.monotonic() - told_s > _TOLD_AGAIN_S:
                    told_s = time.monotonic()
                    self.listener.say(f"{job} still waits for its machines {state.told}".rstrip())
                if followed is None and (followed := self.box.curve()):
                    stack.enter_context(self.listener.follow(followed))
                for line in self.box.new_lines():
                    self.listener.say(line)
                if state.has_ended:
                    return state
                time.sleep(_LOOK_S)

    def _state(self, job: str) -> JobState:
        return self._patiently(lambda: self.jobs.state(job))

    def _patiently(self, call: Callable[[], T]) -> T:
        """What a call to the service returns, as soon as it does."""
        given_up_s, is_told = time.monotonic() + _PATIENCE_S, False
        while True:
            try:
                return call()
            except DependencyError as error:
                if time.monotonic() > given_up_s:
                    raise
                if not is_told:
                    self.listener.say(f"asking again for {_PATIENCE_S / 60:.0f} minutes: {error}")
                is_told = True
                time.sleep(_LOOK_S)

    def _ask_to_stop(self) -> bool:
        """Ask for a last checkpoint, where the work has begun."""
        curve = self.box.curve()
        return ask_to_stop(curve.parent) if curve else False


def _lost(job: str, state: JobState) -> SpanbertError:
    if state.phase == "gone":
        return PreemptedError("the Ray job was stopped", place=job, remedy="run again to go on")
    told = f": {state.told}" if state.told else ""
    return DependencyError(
        f"the Ray job ended without an answer{told}", place=job, remedy="run again to go on"
    )
