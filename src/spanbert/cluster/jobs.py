"""What makes, watches and ends Ray jobs: the contract of `kuberay.py` and `job_server.py`."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from spanbert.errors import SpanbertError

Phase = Literal["coming", "running", "succeeded", "failed", "gone"]


_PHASES: dict[str, Phase] = {
    "PENDING": "coming",
    "RUNNING": "running",
    "STOPPED": "gone",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
}


def phase_of(status: str) -> Phase:
    """The phase that Ray's status of a job means; a job without one has yet to begin."""
    return _PHASES.get(status, "coming")


@dataclass(frozen=True)
class JobState:
    """How a job is.

    Args:
        phase: "gone" where there is no such job, or somebody has stopped it.
        told: what the service says of it, in words.
        error: for a job that failed in a way that trying again does not mend.
    """

    phase: Phase
    told: str = ""
    error: SpanbertError | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.phase in ("succeeded", "failed", "gone")


@runtime_checkable
class RayJobs(Protocol):
    """Ray jobs of one kind. A name is used once.

    Every method raises DependencyError where the service does not answer, and ConfigError where it
    refuses.
    """

    def start(self, name: str, entrypoint: str) -> None:
        """Make a job; nothing is done where it is there already."""

    def state(self, name: str) -> JobState:
        """How it is now."""
        ...

    def adopt(self, name: str) -> None:
        """Let a job that is there belong to what this process belongs to, and end with it."""

    def end(self, name: str) -> None:
        """Stop it, whatever it does; nothing is done where it is gone."""

    def address(self, name: str) -> str:
        """Where a person looks at it; empty where that is not known."""
        ...
