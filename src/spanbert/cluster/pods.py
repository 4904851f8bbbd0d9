"""The pods of a KFP run's steps -> what they print, for KFP's published API gives no logs."""

from collections.abc import Iterator
from typing import Any

from kubernetes import client

from spanbert.cluster.access import kubernetes_client, kubernetes_errors
from spanbert.errors import DataError

_RUN_LABEL, _STEP_LABEL = "pipeline/runid", "spanbert/step"
_WAITING = "Pending"  # the phase of a pod that has printed nothing yet


def follow_logs(namespace: str, run_id: str, step: str = "") -> Iterator[str]:
    """Lines of a run's steps, oldest pod first, each under its name; a running one until it ends.

    Args:
        step: only this one, as `status` calls it.

    Raises:
        DataError: no pod is left, or none was made yet.
        ConfigError: Kubernetes cannot be reached from here, or refuses.
        DependencyError: it does not answer, or the lines broke off.
    """
    pods = client.CoreV1Api(kubernetes_client())
    selector = f"{_RUN_LABEL}={run_id},{_STEP_LABEL}{f'={step}' if step else ''}"
    with kubernetes_errors(f"pods of {namespace}"):
        found = pods.list_namespaced_pod(namespace, label_selector=selector).items
        if not found:
            raise DataError(
                f"run {run_id} has no pods{f' of step {step}' if step else ''} (any more)",
                place=f"namespace {namespace}",
                remedy="check --namespace and the step's name; old logs may be in KFP's UI",
            )
        for pod in sorted(found, key=lambda pod: pod.metadata.creation_timestamp):
            yield f"--- {pod.metadata.labels[_STEP_LABEL]} ({pod.metadata.name})"
            yield from _lines(pods, pod)


def _lines(pods: client.CoreV1Api, pod: Any) -> Iterator[str]:
    if pod.status.phase == _WAITING:
        yield "waiting to start"
        return
    answer = pods.read_namespaced_pod_log(
        pod.metadata.name,
        pod.metadata.namespace,
        container="main",
        follow=True,
        _preload_content=False,
    )
    rest = b""
    for part in answer.stream(decode_content=True):
        *lines, rest = (rest + part).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)
    if rest:
        yield rest.decode(errors="replace")
