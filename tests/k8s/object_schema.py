"""Every object against the schema of its kind; a kind without one is a mistake.

object -> problems. Kubernetes' own kinds by kubernetes-validate, KubeRay's by `crd_schema.py`, and
the Prometheus operator's, which publishes no schema here, by their shape.
"""

import kubernetes_validate

from k8s import crd_schema, operator_rules

KUBERNETES = "1.32"


def problems(made: dict) -> list[str]:
    """What an API server would refuse, one line each.

    Raises:
        LookupError: nothing is known of the kind.
    """
    match made["apiVersion"].partition("/")[0]:
        case "ray.io":
            return crd_schema.problems(made) + operator_rules.problems(made)
        case "monitoring.coreos.com":
            return _pod_monitor(made)
    return _kubernetes(made)


def _kubernetes(made: dict) -> list[str]:
    try:
        kubernetes_validate.validate(made, KUBERNETES, strict=True)
    except kubernetes_validate.SchemaNotFoundError as error:
        raise LookupError(error.message) from error
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}"]
    return []


def _pod_monitor(made: dict) -> list[str]:
    if (made["apiVersion"], made["kind"]) != ("monitoring.coreos.com/v1", "PodMonitor"):
        raise LookupError(made["kind"])
    spec = made["spec"]
    found = _unknown(spec, {"selector", "podMetricsEndpoints", "podTargetLabels"})
    found += _unknown(spec["selector"], {"matchLabels", "matchExpressions"})
    for endpoint in spec["podMetricsEndpoints"]:
        found += _unknown(endpoint, {"port", "interval", "path"})
    return found


def _unknown(fields: dict, known: set[str]) -> list[str]:
    return [f"{name} is unknown" for name in sorted(set(fields) - known)]
