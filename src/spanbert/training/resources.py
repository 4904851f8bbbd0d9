"""What a run asks of the machine, refused or told of before any work where it is not there."""

import torch

from spanbert.errors import ConfigError
from spanbert.machine import BF16_INSTRUCTIONS, usable_cpus
from spanbert.progress import Say
from spanbert.ray_cluster import Workers, runs_in_cluster
from spanbert.training.config import TrainingConfig


def workers_of(training: TrainingConfig) -> Workers:
    """The workers of training, as they are asked of Ray."""
    return Workers(training.num_workers, training.threads_per_worker, int(training.use_gpu))


def require_workers(training: TrainingConfig) -> None:
    """Refuse before any work what this machine does not have; a cluster is asked once joined.

    Raises:
        ConfigError: more CPUs or GPUs are asked for than there are.
    """
    if not runs_in_cluster():
        require_cpus(training)
        require_gpus(training)


def require_cpus(training: TrainingConfig) -> None:
    """Refuse more workers than there are processors for that this process may use.

    Raises:
        ConfigError: says how many are asked for and how many are here.
    """
    wanted, here = training.num_workers * training.threads_per_worker, usable_cpus()
    if wanted > here:
        raise ConfigError(
            f"training.num_workers = {training.num_workers} x training.threads_per_worker"
            f" = {training.threads_per_worker} asks for {wanted} CPUs, {here} are here",
            remedy="--set training.num_workers=1",
        )


def require_gpus(training: TrainingConfig) -> None:
    """Refuse GPUs that are not there: Ray would wait for them without end.

    Raises:
        ConfigError: says how many are asked for, how many are here, and what is missing.
    """
    here = torch.cuda.device_count()
    if training.use_gpu and here < training.num_workers:
        raise ConfigError(
            f"training.use_gpu = true asks for {training.num_workers} GPUs, one a worker,"
            f" {here} are here{_missing_for_gpus()}",
            remedy="provide them, or --set training.use_gpu=false",
        )


def _missing_for_gpus() -> str:
    """What stands between torch and a GPU, where that is known."""
    if torch.version.cuda is None and torch.version.hip is None:
        return f" (torch {torch.__version__} is built without CUDA)"
    return "" if torch.cuda.is_available() else " (no driver, or no device that is visible)"


def warn_of_slow_precision(training: TrainingConfig, say: Say) -> None:
    """Tell of bf16 on a processor without instructions for it: torch is then 100 times slower."""
    has = torch.cpu.get_capabilities()
    has_bf16 = any(has.get(name) for name in BF16_INSTRUCTIONS)
    is_x86 = has.get("architecture") == "x86_64"  # others are not told apart here
    if training.precision == "bf16" and not training.use_gpu and is_x86 and not has_bf16:
        say(
            "training.precision = 'bf16' is very slow on this processor, which has no instructions"
            " for it -> --set training.precision=fp32"
        )
