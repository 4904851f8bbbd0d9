"""A RayCluster and a RayJob that Kubernetes, KubeRay and the restricted level all take."""


def pod_template() -> dict:
    container = {
        "name": "ray",
        "image": "registry.example/ray",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
        "ports": [{"containerPort": 6379, "name": "gcs"}],
    }
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    volumes = [{"name": "scratch", "emptyDir": {}}]
    spec = {"securityContext": context, "containers": [container], "volumes": volumes}
    return {"metadata": {"labels": {"app": "ray"}}, "spec": spec}


def cluster_spec() -> dict:
    return {
        "rayVersion": "2.60.0",
        "authOptions": {"mode": "token", "secretName": "token"},
        "headGroupSpec": {"rayStartParams": {}, "template": pod_template()},
        "workerGroupSpecs": [
            {
                "groupName": "workers",
                "replicas": 1,
                "minReplicas": 1,
                "maxReplicas": 1,
                "rayStartParams": {},
                "template": pod_template(),
            }
        ],
    }


def ray_cluster() -> dict:
    metadata = {"name": "interactive", "namespace": "spanbert"}
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": metadata,
        "spec": cluster_spec(),
    }


def ray_job() -> dict:
    spec = {
        "entrypoint": "python -m train",
        "submissionMode": "HTTPMode",
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": 600,
        "activeDeadlineSeconds": 3600,
        "backoffLimit": 3,
        "rayClusterSpec": cluster_spec(),
    }
    metadata = {"name": "train", "namespace": "spanbert"}
    return {"apiVersion": "ray.io/v1", "kind": "RayJob", "metadata": metadata, "spec": spec}


def put(made, path, value):
    """The object with the value at a dotted path; numbers index lists."""
    *parents, last = path.split(".")
    place = made
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
    place[last] = value
    return made
