"""Settings -> the pods of Ray's workers: how many, what each takes, on which nodes."""

from dataclasses import dataclass

from spanbert.cluster.config import ClusterConfig
from spanbert.config import Config
from spanbert.ray_cluster import Workers
from spanbert.training.resources import workers_of


@dataclass(frozen=True)
class WorkerPods:
    """Pods of Ray's workers, all alike.

    Args:
        per_pod: workers; it divides their number.
        memory: of a pod.
        memory_together: of a step's own pod where all workers and Ray are in that.
        head_cpus: that Ray may use on its head.
        node_selector, tolerations: as in the settings.
    """

    workers: Workers
    per_pod: int
    memory: str
    memory_together: str
    head_cpus: int
    node_selector: tuple[str, ...]
    tolerations: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many pods."""
        return self.workers.count // self.per_pod


def training_pods(config: Config) -> WorkerPods:
    """Pods that train; the head's one CPU is for Ray's own controller."""
    cluster = config.cluster
    return WorkerPods(
        workers_of(config.training),
        per_pod=cluster.workers_per_pod,
        memory=cluster.worker_memory,
        memory_together=cluster.worker_memory,
        head_cpus=1,
        node_selector=cluster.node_selector,
        tolerations=cluster.tolerations,
    )


def corpus_pods(config: Config) -> WorkerPods | None:
    """Pods that read, clean and tokenize text, one worker each; None where one process does it.

    The head has the driver, which a worker beside it could starve of memory.
    """
    cluster, num_workers = config.cluster, config.corpus.num_workers
    if num_workers == 1:
        return None
    return WorkerPods(
        Workers(num_workers, setting="corpus.num_workers"),
        per_pod=1,
        memory=cluster.corpus_worker_memory,
        memory_together=_times(num_workers + 1, cluster.corpus_worker_memory),
        head_cpus=0,
        node_selector=(),
        tolerations=_without_gpus(cluster),
    )


def _times(factor: int, quantity: str) -> str:
    """2, "3Gi" -> "6Gi"."""
    amount = quantity.rstrip("MGTi")
    return f"{factor * int(amount)}{quantity.removeprefix(amount)}"


def _without_gpus(cluster: ClusterConfig) -> tuple[str, ...]:
    """All but those of the taint that keeps others away from GPUs: its key is the resource."""
    keys = {text: text.partition(":")[0].partition("=")[0] for text in cluster.tolerations}
    return tuple(text for text, key in keys.items() if key != cluster.gpu_resource)
