"""Kubernetes' API for whoever calls: by a kubeconfig, or inside a pod by its account."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from spanbert.errors import ConfigError, DependencyError

_REMEDY = "check it with: kubectl auth can-i --list"
# what the loader raises of a file that is no kubeconfig, or of a certificate that is no base64
_NO_KUBECONFIG = (ConfigException, yaml.YAMLError, OSError)
_NO_KUBECONFIG += (TypeError, ValueError, LookupError, AttributeError)
_FOR_GOOD = (400, 401, 403, 404, 422)
_LONGEST_MESSAGE = 300  # characters
_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def kubernetes_client() -> client.ApiClient:
    """A client of the cluster that `kubectl` would speak to, or of the one this pod is in.

    Raises:
        ConfigError: there is neither.
    """
    settings: Any = client.Configuration()
    try:
        config.load_kube_config(os.environ.get("KUBECONFIG"), client_configuration=settings)
    except _NO_KUBECONFIG as error:
        try:
            config.load_incluster_config(client_configuration=settings)
        except ConfigException:
            raise ConfigError(
                f"there is no way to Kubernetes from here ({' '.join(str(error).split())[:200]})",
                remedy="set KUBECONFIG to a file that kubectl works with",
            ) from error
    settings.retries = False  # whoever calls tries again, and knows for how long
    return client.ApiClient(settings)


def own_namespace() -> str:
    """Of the pod that this runs in; else the one that the caller's kubeconfig has chosen."""
    if _NAMESPACE_FILE.exists():
        return _NAMESPACE_FILE.read_text().strip()
    try:
        _, active = config.list_kube_config_contexts(os.environ.get("KUBECONFIG"))
    except _NO_KUBECONFIG:
        return "default"
    return active["context"].get("namespace", "default")


@contextlib.contextmanager
def kubernetes_errors(place: str, ignored: int = 0) -> Iterator[None]:
    """Whatever Kubernetes refuses, as one line.

    Args:
        place: what was asked for, and in which namespace.
        ignored: a status that is as good as success.
    """
    try:
        yield
    except ApiException as error:
        if error.status == ignored:
            return
        cause = f"Kubernetes refuses ({error.status} {error.reason})"
        if error.status in _FOR_GOOD:
            told = f"{cause}: {_message(error)}".rstrip(": ")
            raise ConfigError(told, place=place, remedy=_REMEDY) from error
        raise DependencyError(cause, place=place, remedy="try again") from error
    except ValueError as error:
        raise DependencyError(
            "what answers is no Kubernetes", place=place, remedy="correct KUBECONFIG"
        ) from error
    except (HTTPError, OSError) as error:
        raise DependencyError(
            f"Kubernetes does not answer ({type(error).__name__})", place=place, remedy="try again"
        ) from error


def _message(error: ApiException) -> str:
    """What the server says in the body of a refusal."""
    try:
        return str(json.loads(error.body or "{}").get("message", ""))[:_LONGEST_MESSAGE]
    except (ValueError, AttributeError):
        return ""
