"""Workers that are not of this machine: what settings ask of a cluster, told and not counted."""

from spanbert.config import Config
from spanbert.doctor.finding import Finding, ok


def is_elsewhere(config: Config) -> bool:
    """Whether Ray, with its processors, GPUs and memory, is not where the steps are."""
    return config.cluster.ray != "in-step"


def check_elsewhere(config: Config) -> list[Finding]:
    """What a cluster must have room for; only Kubernetes or Ray knows whether it has."""
    training, cluster = config.training, config.cluster
    if cluster.ray == "running":
        asked = _amounts(training.num_workers, config)
        return [ok("workers", f"asked of {cluster.ray_address}, not counted here: {asked}")]
    pods = training.num_workers // cluster.workers_per_pod
    each = f"{_amounts(cluster.workers_per_pod, config)} and {cluster.worker_memory}"
    return [ok("workers", f"asked of Kubernetes, not counted here: {pods} x {each}")]


def _amounts(workers: int, config: Config) -> str:
    cpus = f"{workers * config.training.threads_per_worker} CPUs"
    return f"{cpus}, {workers} GPUs" if config.training.use_gpu else cpus
