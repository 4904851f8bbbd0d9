"""RayJobs on Kubernetes: made, looked at and removed through its API."""

from typing import Any

from kubernetes import client

from spanbert.cluster.access import kubernetes_client, kubernetes_errors, own_namespace
from spanbert.cluster.jobs import JobState, phase_of
from spanbert.cluster.rayjob import KFP_RUN, belonging, rayjob
from spanbert.cluster.worker_pods import WorkerPods
from spanbert.config import Config
from spanbert.errors import ConfigError, NoProgressError, SpanbertError

_GROUP = {"group": "ray.io", "version": "v1", "plural": "rayjobs"}
_TIMEOUT_S = 20.0


class KubeRay:
    """The RayJobs of one namespace: that of the pod that this runs in.

    Args:
        config: what the jobs are made of.
        pods: of their workers.
    """

    def __init__(self, config: Config, pods: WorkerPods) -> None:
        self._config, self._pods = config, pods
        self._namespace = own_namespace()
        self._api: Any = client.CustomObjectsApi(kubernetes_client())  # its answers are untyped

    def start(self, name: str, entrypoint: str) -> None:
        """As `RayJobs.start`."""
        body = rayjob(self._config, name, entrypoint, self._pods)
        # 409: a request that was thought lost has made it
        with kubernetes_errors(f"rayjob {name}", ignored=409):
            self._api.create_namespaced_custom_object(
                namespace=self._namespace, body=body, **_GROUP, _request_timeout=_TIMEOUT_S
            )

    def state(self, name: str) -> JobState:
        """As `RayJobs.state`."""
        status: dict[str, Any] | None = None
        with kubernetes_errors(f"rayjob {name}", ignored=404):
            found = self._api.get_namespaced_custom_object(
                namespace=self._namespace, name=name, **_GROUP, _request_timeout=_TIMEOUT_S
            )
            status = found.get("status", {})
        return JobState("gone", "it was deleted") if status is None else state_of(status)

    def adopt(self, name: str) -> None:
        """As `RayJobs.adopt`: the labels and the owner of this pod, in place of those it had."""
        with kubernetes_errors(f"rayjob {name}", ignored=404):
            self._api.patch_namespaced_custom_object(
                namespace=self._namespace,
                name=name,
                body={"metadata": belonging(self._config)},
                **_GROUP,
                _request_timeout=_TIMEOUT_S,
            )

    def end(self, name: str) -> None:
        """As `RayJobs.end`."""
        _delete(self._api, self._namespace, name)

    def address(self, name: str) -> str:
        """As `RayJobs.address`: nobody outside the cluster reaches its dashboard."""
        return f"kubectl -n {self._namespace} get rayjob {name}"


def state_of(status: dict[str, Any]) -> JobState:
    """The state that a RayJob's status tells.

    The job's own status comes first, but a deployment that failed is over whatever the job's last
    known status was: its head was lost.
    """
    deployment = status.get("jobDeploymentStatus", "")
    told = " ".join(filter(None, (status.get("reason", ""), status.get("message", ""))))
    if deployment in ("Failed", "ValidationFailed"):
        return JobState("failed", told, _lasting(deployment, status.get("reason", ""), told))
    phase = phase_of(status.get("jobStatus", ""))
    if phase in ("succeeded", "failed") and deployment != "Complete":
        phase = "running"  # the operator has not put it away yet
    return JobState(phase, told)


def delete_jobs(namespace: str, run_id: str) -> list[str]:
    """Remove the RayJobs of a KFP run, which ends what they do; returns their names.

    Raises:
        ConfigError: Kubernetes cannot be reached from here, or refuses.
        DependencyError: it does not answer.
    """
    api: Any = client.CustomObjectsApi(kubernetes_client())
    names: list[str] = []
    with kubernetes_errors(f"rayjobs of {namespace}"):
        found = api.list_namespaced_custom_object(
            namespace=namespace,
            label_selector=f"{KFP_RUN}={run_id}",
            **_GROUP,
            _request_timeout=_TIMEOUT_S,
        )
        names = [item["metadata"]["name"] for item in found["items"]]
    for name in names:
        _delete(api, namespace, name)
    return names


def _delete(api: Any, namespace: str, name: str) -> None:
    with kubernetes_errors(f"rayjob {name}", ignored=404):
        api.delete_namespaced_custom_object(
            namespace=namespace, name=name, **_GROUP, _request_timeout=_TIMEOUT_S
        )


def _lasting(deployment: str, reason: str, told: str) -> SpanbertError | None:
    """The error of a job that would fail again."""
    if deployment == "ValidationFailed":
        return ConfigError(f"KubeRay refuses the RayJob: {told}", remedy="correct [cluster]")
    if reason == "PreRunningDeadlineExceeded":
        return ConfigError(
            f"the Ray job had no machines within cluster.start_deadline_s: {told}",
            remedy="see kubectl describe rayjob and the quota, or ask for less in [cluster]",
        )
    if reason == "DeadlineExceeded":
        return NoProgressError(
            f"the Ray job took longer than cluster.deadline_s: {told}",
            remedy="raise it and run again to go on",
        )
    return None
