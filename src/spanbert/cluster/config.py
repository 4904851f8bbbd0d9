"""Settings of a cluster: where a submitted pipeline's steps run, and what their Ray consists of."""

import re
from dataclasses import dataclass
from typing import Literal

from spanbert.validation import require

_CPUS = re.compile(r"[1-9][0-9]*m?|[0-9]+\.[0-9]+")
_BYTES = re.compile(r"[1-9][0-9]*[MGT]i?")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_NAMES = ("volume_claim", "ray_secret", "mlflow_secret", "object_store_secret")
_NAMES += ("step_service_account", "service_account")
# a part that begins with a dot may lead up
_FOLDER = re.compile(r"(/\w[\w.-]*)+", re.ASCII)
_IMAGE = re.compile(
    r"[a-z0-9.-]+(:[0-9]{1,5}(?=/))?(/[a-z0-9._-]+)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
_RESOURCE = re.compile(r"[a-z0-9.-]+/[\w.-]+", re.ASCII)
_URL = re.compile(r"https?://[\w.\[\]-]+(:[0-9]{1,5})?/?", re.ASCII)
_PAIR = re.compile(r"[A-Za-z0-9][\w./-]*=[\w.-]*")
_TOLERATION = re.compile(
    r"[A-Za-z0-9][\w./-]*(=[\w.-]*)?(:(NoSchedule|PreferNoSchedule|NoExecute))?"
)


@dataclass(frozen=True)
class ClusterConfig:
    """What the pods of a submitted run are made of. None of it changes what comes out.

    Quantities are written as Kubernetes writes them: `500m` CPUs, `16Gi` bytes.
    """

    # where Ray runs: in the step's own pod, in a RayJob that the step makes, or as a job of a
    # cluster that is there; for pre-training, and for text where corpus.num_workers > 1
    ray: Literal["in-step", "kuberay", "running"] = "in-step"
    ray_address: str = ""  # of a running cluster's job server, as http://HOST:8265
    ray_secret: str = ""  # with a key auth_token, which that server asks for
    image: str = "spanbert-python:dev"  # of all pods; a release names it by digest
    volume_claim: str = "spanbert-work"  # ReadWriteMany: every step and every pod of Ray mounts it
    volume_path: str = "/spanbert"
    mlflow_secret: str = ""  # with keys username and password
    object_store_secret: str = ""  # with a key credentials, a file as AWS's tools read it
    object_store_endpoint: str = ""  # http://HOST:PORT of an S3-compatible store that is not AWS's
    step_service_account: str = "spanbert-step"  # of steps; it may make RayJobs
    service_account: str = "spanbert-ray"  # of Ray's pods; it may do nothing
    step_cpus: str = "2"
    step_memory: str = "8Gi"
    head_cpus: str = "2"
    head_memory: str = "8Gi"
    workers_per_pod: int = 1  # of training
    worker_memory: str = "16Gi"  # of a pod that trains; its CPUs and GPUs follow from [training]
    corpus_worker_memory: str = "2Gi"  # of a pod that reads or cuts text: one worker, one CPU
    shared_memory: str = "2Gi"  # /dev/shm of Ray's pods for its objects and NCCL, of their memory
    gpu_resource: str = "nvidia.com/gpu"
    node_selector: tuple[str, ...] = ()  # of pods that train, each as label=value: GPU types
    # of workers and of steps with a GPU, each as key, key=value, or with :NoSchedule: spot nodes;
    # the taint whose key is gpu_resource is not for pods of text, so that they fill no GPU nodes
    tolerations: tuple[str, ...] = ()
    job_retries: int = 3  # Ray clusters made anew after a head was lost
    deadline_s: int = 604_800  # of a Ray job; then it is ended
    start_deadline_s: int = 3_600  # that a Ray job may wait for its machines
    ttl_s: int = 60  # that the machines of an ended Ray job are kept

    def __post_init__(self) -> None:
        for name in ("step_cpus", "head_cpus"):
            self._require_quantity(name, _CPUS, "of processors, as 2, 0.5 or 500m")
        for name in (n for n in vars(self) if n.endswith("_memory")):
            self._require_quantity(name, _BYTES, "of bytes, as 512Mi or 16Gi")
        for name in ("workers_per_pod", "deadline_s", "start_deadline_s", "ttl_s"):
            require(getattr(self, name) >= 1, f"cluster.{name} = {getattr(self, name)} < 1")
        require(self.job_retries >= 0, f"cluster.job_retries = {self.job_retries} < 0")
        self._require_names()
        self._require_nodes()
        self._require_address()

    def _require_names(self) -> None:
        require(
            bool(_FOLDER.fullmatch(self.volume_path)) and self.volume_path != "/tmp",  # noqa: S108
            f"cluster.volume_path = {self.volume_path!r} is no folder as /spanbert, nor /tmp",
        )
        require(
            bool(_IMAGE.fullmatch(self.image)),
            f"cluster.image = {self.image!r} is not HOST/NAME:TAG or HOST/NAME@sha256:DIGEST, whose"
            " digest has 64 of 0-9 and a-f",
        )
        require(
            bool(_RESOURCE.fullmatch(self.gpu_resource)),
            f"cluster.gpu_resource = {self.gpu_resource!r} is not DOMAIN/NAME, as nvidia.com/gpu",
        )
        for name in _NAMES:
            value, may_be_empty = getattr(self, name), name.endswith("_secret")
            require(
                bool(_NAME.fullmatch(value)) or (may_be_empty and value == ""),
                f"cluster.{name} = {value!r} is no name that Kubernetes takes",
            )

    def _require_nodes(self) -> None:
        for pair in self.node_selector:
            require(
                bool(_PAIR.fullmatch(pair)),
                f"cluster.node_selector has {pair!r}, which is not label=value",
            )
        labels = [pair.partition("=")[0] for pair in self.node_selector]
        require(
            len(set(labels)) == len(labels),
            f"cluster.node_selector has a label twice: {', '.join(self.node_selector)}",
        )
        for toleration in self.tolerations:
            require(
                bool(_TOLERATION.fullmatch(toleration)),
                f"cluster.tolerations has {toleration!r}, which is not key[=value][:effect]",
            )

    def _require_quantity(self, name: str, pattern: re.Pattern[str], rule: str) -> None:
        value = getattr(self, name)
        require(bool(pattern.fullmatch(value)), f"cluster.{name} = {value!r} is no quantity {rule}")

    def _require_address(self) -> None:
        for name in ("ray_address", "object_store_endpoint"):
            value = getattr(self, name)
            require(
                value == "" or bool(_URL.fullmatch(value)),
                f"cluster.{name} is not of the form http://HOST:PORT, without a password",
            )
        is_url = self.ray_address != ""
        require(
            self.ray != "running" or is_url,
            f"cluster.ray = 'running' needs cluster.ray_address as http://HOST:8265,"
            f" not {self.ray_address!r}",
        )
