"""Ray jobs of a KFP run, as KubeRay keeps them: found by their label, and deleted."""

from kubernetes import client

from spanbert.cluster.access import kubernetes_client, kubernetes_errors

RUN_LABEL = "spanbert/kfp-run-id"
_KIND = {"group": "ray.io", "version": "v1", "plural": "rayjobs"}


def delete_jobs(namespace: str, run_id: str) -> list[str]:
    """Delete the Ray jobs of a KFP run, which ends them; returns their names.

    Raises:
        ConfigError: Kubernetes cannot be reached from here, or refuses.
        DependencyError: it does not answer.
    """
    jobs = client.CustomObjectsApi(kubernetes_client())
    with kubernetes_errors(f"rayjobs of {namespace}"):
        found = jobs.list_namespaced_custom_object(
            **_KIND, namespace=namespace, label_selector=f"{RUN_LABEL}={run_id}"
        )
        names = [job["metadata"]["name"] for job in found["items"]]
        for name in names:
            jobs.delete_namespaced_custom_object(**_KIND, namespace=namespace, name=name)
    return names
