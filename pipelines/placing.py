"""Where a cluster runs the tasks of a pipeline: image, volume, secrets, processors, labels.

What KFP cannot say stays unsaid: it retries a task after any exit code, though ours tell where that
helps (`errors.py`), so tasks are not retried; submitting again goes on where a run was.
"""

import re
from collections.abc import Sequence
from typing import Any

from kfp import kubernetes
from kfp.dsl import pipeline_context

from spanbert.cluster.config import ClusterConfig
from spanbert.cluster.rayjob import CREDENTIALS_PATH, toleration
from spanbert.cluster.worker_pods import WorkerPods
from spanbert.cluster.works import WORKS
from spanbert.config import Config
from spanbert.tasks.kinds import KINDS

STEP_LABEL = "spanbert/step"  # of a step's pod
_WORK_OF_STEP = {"prepare-corpus": "corpus", "build-shards": "shards", "pretrain": "pretrain"}
# steps that compute on one where there is one
_ON_A_GPU = {f"{verb}-{kind}" for verb in ("finetune", "evaluate") for kind in KINDS}
_FROM_POD = {
    "SPANBERT_POD_NAME": "metadata.name",
    "SPANBERT_POD_UID": "metadata.uid",
    "SPANBERT_KFP_RUN_ID": "metadata.labels['pipeline/runid']",
}
_LOGIN = {"username": "MLFLOW_TRACKING_USERNAME", "password": "MLFLOW_TRACKING_PASSWORD"}
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # where Ray and NCCL look for it


def as_they_are() -> None:
    """Tasks are processes of this machine: nothing is to be said of them."""


def take_image(image: str) -> None:
    """Let every task of the pipeline under construction be a container of an image."""
    for task in _tasks():
        task.set_container_image(image)


def place_tasks(config: Config) -> None:
    """Give every task of the pipeline under construction what its pod needs."""
    for task in _tasks():
        _place(task, config.cluster)
        if pods := _pods_in_step(task, config):
            _place_workers(task, config.cluster, pods)
        else:
            task.set_memory_limit(config.cluster.step_memory)
            task.set_cpu_limit(config.cluster.step_cpus)
            if config.training.use_gpu and _step(task) in _ON_A_GPU:
                _give_gpus(task, config.cluster, 1)
                _choose_nodes(task, config.cluster.node_selector, config.cluster.tolerations)


def _tasks() -> list[Any]:
    """Of the pipeline under construction."""
    pipeline: Any = pipeline_context.Pipeline.get_default_pipeline()
    return list(pipeline.tasks.values())


def _place(task: Any, cluster: ClusterConfig) -> None:
    task.set_container_image(cluster.image)
    kubernetes.set_image_pull_policy(task, "IfNotPresent")
    kubernetes.set_security_context(task, run_as_non_root=True)
    kubernetes.mount_pvc(task, cluster.volume_claim, cluster.volume_path)
    kubernetes.add_pod_label(task, STEP_LABEL, task.name)
    for name, field in _FROM_POD.items():
        kubernetes.use_field_path_as_env(task, name, field)
    if cluster.mlflow_secret:
        kubernetes.use_secret_as_env(task, cluster.mlflow_secret, _LOGIN)
    if cluster.ray_secret:
        kubernetes.use_secret_as_env(task, cluster.ray_secret, {"auth_token": "RAY_AUTH_TOKEN"})
    if cluster.object_store_endpoint:
        task.set_env_variable("AWS_ENDPOINT_URL", cluster.object_store_endpoint)
    if cluster.object_store_secret:
        kubernetes.use_secret_as_volume(task, cluster.object_store_secret, CREDENTIALS_PATH)
        task.set_env_variable("AWS_SHARED_CREDENTIALS_FILE", f"{CREDENTIALS_PATH}/credentials")


def _step(task: Any) -> str:
    """Its component's name: a second task of one has a number behind it."""
    return re.sub(r"-[0-9]+$", "", task.name)


def _pods_in_step(task: Any, config: Config) -> WorkerPods | None:
    """What a step's own pod holds in place of others, where it starts a Ray."""
    kind = _WORK_OF_STEP.get(task.name)
    return WORKS[kind].pods(config) if kind and config.cluster.ray == "in-step" else None


def _place_workers(task: Any, cluster: ClusterConfig, pods: WorkerPods) -> None:
    """The pod that Ray runs in: processors for its workers and one for Ray itself."""
    workers = pods.workers
    task.set_memory_limit(pods.memory_together)
    task.set_cpu_limit(str(workers.count * workers.cpus + 1))
    if workers.gpus:
        _give_gpus(task, cluster, workers.count * workers.gpus)
    kubernetes.empty_dir_mount(
        task, "shared-memory", _SHARED_MEMORY, medium="Memory", size_limit=cluster.shared_memory
    )
    _choose_nodes(task, pods.node_selector, pods.tolerations)


def _give_gpus(task: Any, cluster: ClusterConfig, count: int) -> None:
    task.set_accelerator_type(cluster.gpu_resource)
    task.set_accelerator_limit(count)


def _choose_nodes(task: Any, node_selector: Sequence[str], tolerations: Sequence[str]) -> None:
    for pair in node_selector:
        kubernetes.add_node_selector(task, *pair.split("="))
    for text in tolerations:
        kubernetes.add_toleration(task, **toleration(text))
