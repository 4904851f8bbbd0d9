"""RayJobs on Kubernetes: made, looked at and removed through its API."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.cluster.jobs import JobState, Phase
from spanbert.cluster.rayjob import KFP_RUN, rayjob
from spanbert.config import Config
from spanbert.errors import ConfigError, DependencyError, NoProgressError, SpanbertError

_GROUP = {"group": "ray.io", "version": "v1", "plural": "rayjobs"}
_TIMEOUT_S = 20.0
_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_REFUSED = (400, 401, 403, 422)
_PHASES: dict[str, Phase] = {
    "PENDING": "coming",
    "RUNNING": "running",
    "STOPPED": "gone",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
}


class KubeRay:
    """The RayJobs of one namespace: that of the pod that this runs in.

    Args:
        config: what the jobs are made of.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._namespace = own_namespace()
        self._api = _api()

    def start(self, name: str, entrypoint: str) -> None:
        """As `RayJobs.start`."""
        body = rayjob(self._config, name, entrypoint)
        with _failures_told(name, ignored=409):  # a request that was thought lost has made it
            self._api.create_namespaced_custom_object(
                namespace=self._namespace, body=body, **_GROUP, _request_timeout=_TIMEOUT_S
            )

    def state(self, name: str) -> JobState:
        """As `RayJobs.state`."""
        status: dict[str, Any] | None = None
        with _failures_told(name, ignored=404):
            found = self._api.get_namespaced_custom_object(
                namespace=self._namespace, name=name, **_GROUP, _request_timeout=_TIMEOUT_S
            )
            status = found.get("status", {})
        return JobState("gone", "it was deleted") if status is None else state_of(status)

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
    job = status.get("jobStatus", "")
    phase = _PHASES.get(job, "coming")
    if phase in ("succeeded", "failed") and deployment not in ("Complete", "Failed"):
        phase = "running"  # the operator has not put it away yet
    return JobState(phase, told)


def delete_jobs(namespace: str, run_id: str) -> list[str]:
    """Remove the RayJobs of a KFP run, which ends what they do; returns their names.

    Raises:
        DependencyError: Kubernetes does not answer.
        ConfigError: it refuses.
    """
    api, names = _api(), []
    with _failures_told(run_id):
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


def own_namespace() -> str:
    """Of the pod that this runs in; else the one that the caller's kubeconfig has chosen."""
    if _NAMESPACE_FILE.exists():
        return _NAMESPACE_FILE.read_text().strip()
    from kubernetes import config

    with contextlib.suppress(config.ConfigException):
        _, active = config.list_kube_config_contexts(_kubeconfig())
        return active["context"].get("namespace", "default")
    return "default"


def _delete(api: Any, namespace: str, name: str) -> None:
    with _failures_told(name, ignored=404):
        api.delete_namespaced_custom_object(
            namespace=namespace, name=name, **_GROUP, _request_timeout=_TIMEOUT_S
        )


def _api() -> Any:
    """A client with the pod's own token, or as the caller's kubeconfig says.

    Raises:
        DependencyError: the package is not installed.
        ConfigError: neither is there.
    """
    try:
        from kubernetes import client, config
    except ImportError as error:
        raise DependencyError(
            "the Kubernetes client is not installed", remedy="pip install 'spanbert[pipelines]'"
        ) from error
    try:
        if _NAMESPACE_FILE.exists():
            config.load_incluster_config()
        else:
            config.load_kube_config(_kubeconfig())
    except config.ConfigException as error:
        raise ConfigError(
            f"no way to Kubernetes: {error}", remedy="set KUBECONFIG, or use cluster.ray = in-step"
        ) from error
    configuration = client.Configuration.get_default_copy()
    configuration.retries = False  # whoever calls tries again, and knows for how long
    return client.CustomObjectsApi(client.ApiClient(configuration))


def _kubeconfig() -> str | None:
    """The client reads this variable once, when it is imported."""
    return os.environ.get("KUBECONFIG")


def _lasting(deployment: str, reason: str, told: str) -> SpanbertError | None:
    """The error of a job that would fail again."""
    if deployment == "ValidationFailed":
        return ConfigError(f"KubeRay refuses the RayJob: {told}", remedy="correct [cluster]")
    if reason == "DeadlineExceeded":
        return NoProgressError(
            f"the Ray job took longer than cluster.deadline_s: {told}",
            remedy="raise it and run again to go on",
        )
    return None


@contextlib.contextmanager
def _failures_told(name: str, ignored: int = 0) -> Iterator[None]:
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        if error.status == ignored:
            return
        told = f"Kubernetes says {error.status} {error.reason}"
        if error.status in (401, 403):
            raise ConfigError(
                told, place=f"rayjob {name}", remedy="see the roles in k8s/base/roles.yaml"
            ) from error
        kind = ConfigError if error.status in _REFUSED else DependencyError
        raise kind(f"{told}: {_message(error)}", place=f"rayjob {name}") from error
    except (HTTPError, OSError) as error:
        raise DependencyError(
            f"Kubernetes does not answer: {error}", place=f"rayjob {name}", remedy="try again"
        ) from error


def _message(error: Any) -> str:
    """What the server says in the body of a refusal."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        return str(json.loads(error.body).get("message", ""))[:300]
    return ""
