"""Processors and GPUs that the workers ask for, against what this process may use."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from spanbert.doctor.finding import Finding, ok, problem, warning
from spanbert.errors import ConfigError
from spanbert.machine import BF16_INSTRUCTIONS, cpu_flags, usable_cpus, visible_gpus
from spanbert.training.config import TrainingConfig


@dataclass(frozen=True)
class Machine:
    """What this process may use."""

    cpus: int
    gpus: int
    cpu_flags: frozenset[str]  # empty: not known
    torch: str  # its version; "" where it is not installed


def check_workers(training: TrainingConfig) -> list[Finding]:
    """This machine against what the settings ask for."""
    return worker_findings(training, read_machine())


def read_machine() -> Machine:
    """Counted from the system's files: nothing heavy is imported."""
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = ""
    return Machine(usable_cpus(), visible_gpus(), cpu_flags(), torch)


def worker_findings(training: TrainingConfig, machine: Machine) -> list[Finding]:
    """Processors; then GPUs where they are asked for, or else whether 16 bits are fast here."""
    if training.use_gpu:
        return [_cpus(training, machine.cpus), _gpus(training, machine)]
    slow = training.precision == "bf16" and _lacks_bf16(machine.cpu_flags)
    return [_cpus(training, machine.cpus), *([_slow_precision()] if slow else [])]


def _cpus(training: TrainingConfig, cpus: int) -> Finding:
    workers, threads = training.num_workers, training.threads_per_worker
    found, needed = f"{cpus} CPUs usable", f"{workers} workers x {threads} threads"
    if workers * threads <= cpus:
        return ok("workers", found, needed)
    remedy = f"--set training.num_workers={_most_workers(training, cpus)}"
    if threads > cpus:
        remedy += " --set training.threads_per_worker=1"
    return problem(ConfigError, "workers", found, needed, remedy=remedy)


def _most_workers(training: TrainingConfig, cpus: int) -> int:
    """The most that there are processors for, among those that share a batch evenly."""
    room = max(1, cpus // training.threads_per_worker)
    parts = training.batch_parts or room
    return max(n for n in range(1, room + 1) if parts % n == 0)


def _gpus(training: TrainingConfig, machine: Machine) -> Finding:
    found, needed = f"{machine.gpus} GPUs visible", f"{training.num_workers}, one a worker"
    remedy = "install the driver, allow them to the container, or --set training.use_gpu=false"
    if machine.gpus < training.num_workers:
        return problem(ConfigError, "GPUs", found, needed, remedy=remedy)
    if "+cpu" in machine.torch:
        found = f"torch {machine.torch} is built without CUDA"
        return problem(ConfigError, "GPUs", found, needed, remedy="install a build with CUDA")
    return ok("GPUs", found, needed)


def _slow_precision() -> Finding:
    remedy = "--set training.precision=fp32"
    needed = " or ".join(sorted(BF16_INSTRUCTIONS))
    return warning("bf16", "very slow on this processor", needed, remedy=remedy)


def _lacks_bf16(flags: frozenset[str]) -> bool:
    return bool(flags) and not flags & BF16_INSTRUCTIONS
