"""What a run asks of the machine, refused before any work where it is not there."""

import os

from spanbert.errors import ConfigError
from spanbert.training.config import TrainingConfig


def require_cpus(training: TrainingConfig) -> None:
    """Refuse more workers than there are processors for.

    Raises:
        ConfigError: says how many are asked for and how many are here.
    """
    wanted, here = training.num_workers * training.threads_per_worker, os.cpu_count() or 1
    if wanted > here:
        raise ConfigError(
            f"training.num_workers = {training.num_workers} x training.threads_per_worker"
            f" = {training.threads_per_worker} asks for {wanted} CPUs, {here} are here",
            remedy="--set training.num_workers=1",
        )
