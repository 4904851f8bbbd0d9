"""Settings -> a KubeRay RayJob (ray.io/v1): a Ray cluster for one job, and gone with it.

All pods run as the restricted Pod Security level demands: no root, nothing writable but /tmp, the
volume and the memory of /dev/shm, no way to the Kubernetes API.
"""

import os
from collections.abc import Mapping
from typing import Any

from spanbert.cluster.config import ClusterConfig
from spanbert.cluster.worker_pods import WorkerPods
from spanbert.config import Config

RUN, KFP_RUN = "spanbert/run-id", "spanbert/kfp-run-id"  # labels
RAY_VERSION = "2.60.0"
CREDENTIALS_PATH = "/var/run/secrets/spanbert/object-store"
METRICS_PORT = 8080
_METRICS = {"metrics-export-port": str(METRICS_PORT)}
_PORTS = {"gcs-server": 6379, "dashboard": 8265, "client": 10001, "metrics": METRICS_PORT}


def rayjob(config: Config, name: str, entrypoint: str, pods: WorkerPods) -> dict[str, Any]:
    """The object to create; its owner is the pod that this runs in, where it runs in one.

    Args:
        name: at most 47 characters.
        pods: of the workers.
    """
    cluster = config.cluster
    labels = _labels(config)
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayJob",
        "metadata": {"name": name} | belonging(config),
        "spec": {
            "entrypoint": entrypoint,
            "submissionMode": "HTTPMode",  # no pod to submit; again by itself after a lost head
            "shutdownAfterJobFinishes": True,
            "ttlSecondsAfterFinished": cluster.ttl_s,
            "activeDeadlineSeconds": cluster.deadline_s,
            "preRunningDeadlineSeconds": cluster.start_deadline_s,
            "backoffLimit": 0,  # the step makes a new one where that helps (following.py)
            "rayClusterSpec": {
                "rayVersion": RAY_VERSION,
                "authOptions": {"mode": "token"},
                "headGroupSpec": _head(cluster, labels, pods.head_cpus),
                "workerGroupSpecs": [_workers(cluster, labels, pods)],
            },
        },
    }


def belonging(config: Config) -> dict[str, Any]:
    """Labels by which a job is found, and its owner: with that, it goes."""
    return {"labels": _labels(config)} | _owner()


def _labels(config: Config) -> dict[str, str]:
    labels = {"app.kubernetes.io/name": "spanbert", RUN: config.run_id}
    kfp_run = os.environ.get("SPANBERT_KFP_RUN_ID", "")
    return labels | ({KFP_RUN: kfp_run} if kfp_run else {})


def _owner() -> dict[str, Any]:
    """The step's pod: the job goes when that is removed with its workflow."""
    name, uid = (os.environ.get(f"SPANBERT_POD_{part}", "") for part in ("NAME", "UID"))
    if not (name and uid):
        return {}
    return {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": name, "uid": uid}]}


def _head(cluster: ClusterConfig, labels: Mapping[str, str], num_cpus: int) -> dict[str, Any]:
    """It runs the work's driver, and no worker."""
    container = _container(cluster, "ray-head", _amounts(cluster.head_cpus, cluster.head_memory))
    container["ports"] = [{"name": n, "containerPort": port} for n, port in _PORTS.items()]
    container["env"].append({"name": "RAY_TRAIN_ENABLE_STATE_TRACKING", "value": "1"})
    return {
        "rayStartParams": {"dashboard-host": "0.0.0.0", "num-cpus": str(num_cpus)}  # noqa: S104  # its pod's
        | _METRICS,
        "template": _template(cluster, labels, container),
    }


def _workers(cluster: ClusterConfig, labels: Mapping[str, str], pods: WorkerPods) -> dict[str, Any]:
    amounts = _amounts(str(pods.per_pod * pods.workers.cpus), pods.memory)
    if pods.workers.gpus:
        for part in amounts.values():
            part[cluster.gpu_resource] = str(pods.per_pod * pods.workers.gpus)
    container = _container(cluster, "ray-worker", amounts)
    container["ports"] = [{"name": "metrics", "containerPort": METRICS_PORT}]
    template = _template(cluster, labels, container)
    template["spec"] |= _placement(pods)
    return {
        "groupName": "workers",
        "replicas": pods.count,
        "minReplicas": pods.count,
        "maxReplicas": pods.count,
        "rayStartParams": dict(_METRICS),
        "template": template,
    }


def _amounts(cpus: str, memory: str) -> dict[str, dict[str, str]]:
    """Requests and limits alike, so that no pod lives off what others asked for."""
    return {
        "requests": {"cpu": cpus, "memory": memory},
        "limits": {"cpu": cpus, "memory": memory},
    }


def _container(
    cluster: ClusterConfig, name: str, resources: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    mounts = [
        {"name": "work", "mountPath": cluster.volume_path},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  # the image's home and Ray's sockets
        {"name": "shared-memory", "mountPath": "/dev/shm"},  # noqa: S108
    ]
    env = [{"name": "HOME", "value": "/tmp"}]  # noqa: S108
    env.append({"name": "RAY_USAGE_STATS_ENABLED", "value": "0"})
    if cluster.object_store_endpoint:
        env.append({"name": "AWS_ENDPOINT_URL", "value": cluster.object_store_endpoint})
    if cluster.object_store_secret:
        mounts.append({"name": "object-store", "mountPath": CREDENTIALS_PATH})
        path = f"{CREDENTIALS_PATH}/credentials"
        env.append({"name": "AWS_SHARED_CREDENTIALS_FILE", "value": path})
    return {
        "name": name,
        "image": cluster.image,
        "imagePullPolicy": "IfNotPresent",
        "resources": resources,
        "env": env,
        "volumeMounts": mounts,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _template(
    cluster: ClusterConfig, labels: Mapping[str, str], container: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "metadata": {"labels": dict(labels)},
        "spec": {
            "serviceAccountName": cluster.service_account,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "restartPolicy": "Never",
            "securityContext": {
                "runAsNonRoot": True,
                "runAsGroup": 0,  # the image's: steps and Ray write each other's files
                "fsGroup": 0,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [dict(container)],
            "volumes": _volumes(cluster),
        },
    }


def _volumes(cluster: ClusterConfig) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "work", "persistentVolumeClaim": {"claimName": cluster.volume_claim}},
        {"name": "tmp", "emptyDir": {}},
        {
            "name": "shared-memory",
            "emptyDir": {"medium": "Memory", "sizeLimit": cluster.shared_memory},
        },
    ]
    if cluster.object_store_secret:
        secret = {"secretName": cluster.object_store_secret, "defaultMode": 0o440}
        volumes.append({"name": "object-store", "secret": secret})
    return volumes


def _placement(pods: WorkerPods) -> dict[str, Any]:
    """Which nodes workers may have: GPU types by label, and tainted (spot) nodes."""
    selector = dict(pair.split("=", 1) for pair in pods.node_selector)
    tolerations = [toleration(text) for text in pods.tolerations]
    found = {"nodeSelector": selector, "tolerations": tolerations}
    return {name: value for name, value in found.items() if value}


def toleration(text: str) -> dict[str, Any]:
    """key, key=value, or either with :effect -> what tolerates that taint."""
    taint, _, effect = text.partition(":")
    key, equals, value = taint.partition("=")
    rule = {"key": key, "operator": "Equal", "value": value} if equals else {"key": key}
    return (rule if equals else rule | {"operator": "Exists"}) | (
        {"effect": effect} if effect else {}
    )
