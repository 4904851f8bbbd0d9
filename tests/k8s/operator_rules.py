"""What KubeRay 1.7 refuses although its schema allows it.

RayCluster or RayJob -> problems, after `ray-operator/controllers/ray/utils/validation.go` and the
CEL rules of the definitions. `crd_schema.py` checks types and names of fields.
"""

import re

NAME_LENGTH = {"RayCluster": 53, "RayJob": 47}  # the operator appends to it
SUBMISSION_MODES = {"K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"}
OPERATORS = {"ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"}
ALPHA = ("networkPolicy", "tlsOptions", "historyServerOptions")  # their gates are off by default
TOKEN_SINCE = (2, 52, 0)  # Ray's own; with a Kubernetes token since 2.55


def problems(ray_object: dict) -> list[str]:
    """What the operator would refuse, one line each."""
    spec, kind = ray_object["spec"], ray_object["kind"]
    found = _name(ray_object["metadata"].get("name", ""), NAME_LENGTH[kind])
    if kind == "RayJob":
        found += _job(spec)
        cluster = spec.get("rayClusterSpec", {})
    else:
        cluster = spec
    if cluster.get("authOptions", {}).get("enableK8sTokenAuth") and kind == "RayJob":
        found.append("enableK8sTokenAuth is for a RayCluster only")
    return found + (_cluster(cluster) if cluster else [])


def _name(name: str, length: int) -> list[str]:
    if re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", name) and len(name) <= length:
        return []
    return [f"name {name!r} is no DNS-1035 label of at most {length} characters"]


def _job(spec: dict) -> list[str]:
    mode = spec.get("submissionMode", "K8sJobMode")
    is_shut_down = spec.get("shutdownAfterJobFinishes", False)
    on_cluster = "clusterSelector" in spec
    retries = spec.get("backoffLimit", 0)
    rules = {
        f"submissionMode {mode!r} is unknown": mode not in SUBMISSION_MODES,
        "entrypoint is missing": not spec.get("entrypoint") and mode != "InteractiveMode",
        "ttlSecondsAfterFinished needs shutdownAfterJobFinishes": (
            spec.get("ttlSecondsAfterFinished", 0) > 0 and not is_shut_down
        ),
        "ttlSecondsAfterFinished is negative": spec.get("ttlSecondsAfterFinished", 0) < 0,
        "suspend needs shutdownAfterJobFinishes": spec.get("suspend", False) and not is_shut_down,
        "activeDeadlineSeconds is not positive": spec.get("activeDeadlineSeconds", 1) < 1,
        "one of rayClusterSpec and clusterSelector is needed": (
            "rayClusterSpec" not in spec and not on_cluster
        ),
        "backoffLimit is negative": retries < 0,
        "backoffLimit excludes clusterSelector": retries > 0 and on_cluster,
        "backoffLimit excludes InteractiveMode": retries > 0 and mode == "InteractiveMode",
        "managedBy is unknown": spec.get("managedBy", min(OPERATORS)) not in OPERATORS,
    }
    found = [problem for problem, is_broken in rules.items() if is_broken]
    return found + _deletion(spec) + (_sidecar(spec) if mode == "SidecarMode" else [])


def _deletion(spec: dict) -> list[str]:
    strategy = spec.get("deletionStrategy")
    if strategy is None:
        return []
    legacy = [name in strategy for name in ("onSuccess", "onFailure")]
    rules = strategy.get("deletionRules")
    found = []
    if any(legacy) if rules else not all(legacy):
        found.append("deletionStrategy has either onSuccess and onFailure, or deletionRules")
    if rules and spec.get("shutdownAfterJobFinishes"):
        found.append("deletionRules excludes shutdownAfterJobFinishes")
    scaled = spec.get("rayClusterSpec", {}).get("enableInTreeAutoscaling")
    if scaled and any(rule["policy"] == "DeleteWorkers" for rule in rules or []):
        found.append("DeleteWorkers excludes autoscaling")
    for rule in rules or []:
        condition = rule["condition"]
        if ("jobStatus" in condition) == ("jobDeploymentStatus" in condition):
            found.append("a deletion condition has one of jobStatus and jobDeploymentStatus")
    return found


def _sidecar(spec: dict) -> list[str]:
    excluded = ("submitterPodTemplate", "submitterConfig", "clusterSelector")
    found = [f"SidecarMode excludes {name}" for name in excluded if name in spec]
    head = spec.get("rayClusterSpec", {}).get("headGroupSpec", {}).get("template", {})
    if head.get("spec", {}).get("restartPolicy", "Never") != "Never":
        found.append("in SidecarMode the head's restartPolicy is Never")
    return found


def _cluster(cluster: dict) -> list[str]:
    groups = [cluster["headGroupSpec"], *cluster.get("workerGroupSpecs", [])]
    found = [f"{name} needs an alpha gate" for name in ALPHA if name in cluster]
    names = [group["groupName"] for group in groups[1:]]
    if len(names) != len(set(names)):
        found.append("two worker groups have one name")
    found += [problem for group in groups for problem in _group(group)]
    found += _authentication(cluster) + _fault_tolerance(cluster)
    if cluster.get("autoscalerOptions", {}).get("version") == "v2":
        return found + _autoscaler_v2(groups)
    return found + [
        "idleTimeoutSeconds of a group needs autoscaler v2"
        for group in groups
        if "idleTimeoutSeconds" in group
    ]


def _group(group: dict) -> list[str]:
    start = group.get("rayStartParams", {})
    least, most = group.get("minReplicas", 0), group.get("maxReplicas", 2**31 - 1)
    doubled = {"num-cpus", "num-gpus", "memory", "resources"} & set(start)
    rules = {
        "a group has no container": not group["template"]["spec"].get("containers"),
        f"minReplicas {least} and maxReplicas {most} are no range": not 0 <= least <= most,
        "replicas is outside minReplicas and maxReplicas": (
            not least <= group.get("replicas", least) <= most
        ),
        "resources stand in resources and in rayStartParams": bool(
            doubled and group.get("resources")
        ),
        "rayStartParams has labels": "labels" in start,
    }
    return [problem for problem, is_broken in rules.items() if is_broken]


def _autoscaler_v2(groups: list[dict]) -> list[str]:
    policies = {group["template"]["spec"].get("restartPolicy", "Never") for group in groups}
    return ["autoscaler v2 needs restartPolicy Never"] if policies - {"Never"} else []


def _authentication(cluster: dict) -> list[str]:
    options = cluster.get("authOptions", {})
    version = tuple(int(part) for part in cluster.get("rayVersion", "0.0.0").split("."))
    found = []
    if options.get("mode") == "token" and version < TOKEN_SINCE:
        found.append("authOptions.mode token needs rayVersion 2.52.0")
    if options.get("enableK8sTokenAuth") and version < (2, 55, 0):
        found.append("enableK8sTokenAuth needs rayVersion 2.55.0")
    return found


def _fault_tolerance(cluster: dict) -> list[str]:
    options = cluster.get("gcsFaultToleranceOptions")
    if options is None:
        return []
    head = cluster["headGroupSpec"]
    containers = head["template"]["spec"]["containers"]
    names = {variable["name"] for container in containers for variable in container.get("env", [])}
    found = [
        f"gcsFaultToleranceOptions excludes {name} in the head's environment"
        for name in sorted(names & {"RAY_REDIS_ADDRESS", "REDIS_PASSWORD"})
    ]
    if "redis-password" in head.get("rayStartParams", {}):
        found.append("gcsFaultToleranceOptions excludes redis-password")
    if options.get("backend") == "rocksdb":
        found.append("the rocksdb backend needs an alpha gate")
    return found
