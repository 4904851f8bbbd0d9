"""Why workers were lost: what their machine and they themselves last told."""

from pathlib import Path

from spanbert.errors import DependencyError, OutOfMemoryError, SpanbertError
from spanbert.machine import oom_kills
from spanbert.training.watchdog import beats_of, hung_ranks

_MEMORY_WORDS = ("out of memory", "outofmemory", "memory pressure", "oom")


def why_lost(told: str, work_folder: Path, oom_kills_before: int) -> SpanbertError:
    """The error of a run whose workers ended without having written down why.

    Args:
        told: what Ray says.
    """
    workers = work_folder / "workers"
    peak_gb = max((beat["peak_bytes"] for beat in beats_of(workers)), default=0) / 1e9
    is_memory = any(word in told.lower() for word in _MEMORY_WORDS)
    if is_memory or oom_kills() > oom_kills_before:
        return OutOfMemoryError(
            f"a worker was killed for want of memory; the largest had {peak_gb:.1f} GB",
            place=str(work_folder),
            remedy="halve training.micro_batch_tokens, set training.checkpoint_activations=true, or"
            " give more memory",
        )
    hung = hung_ranks(workers)
    if hung:
        told = f"no step within the limit on ranks {', '.join(map(str, hung))}; stacks in {workers}"
    return DependencyError(
        f"workers were lost: {told}", place=str(work_folder), remedy="run again to go on"
    )
