"""Kubernetes' API for whoever calls: by a kubeconfig, or inside a pod by its account."""

import contextlib
import os
from collections.abc import Iterator

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from spanbert.errors import ConfigError, DependencyError

_REMEDY = "check it with: kubectl auth can-i --list"


def kubernetes_client() -> client.ApiClient:
    """A client of the cluster that `kubectl` would speak to, or of the one this pod is in.

    Raises:
        ConfigError: there is neither.
    """
    settings = client.Configuration()
    try:
        config.load_kube_config(os.environ.get("KUBECONFIG"), client_configuration=settings)
    except ConfigException as error:
        try:
            config.load_incluster_config(client_configuration=settings)
        except ConfigException:
            raise ConfigError(
                f"there is no way to Kubernetes from here ({error})",
                remedy="set KUBECONFIG to a file that kubectl works with",
            ) from error
    return client.ApiClient(settings)


@contextlib.contextmanager
def kubernetes_errors(place: str) -> Iterator[None]:
    """Whatever Kubernetes refuses, as one line.

    Args:
        place: what was asked for, and in which namespace.
    """
    try:
        yield
    except ApiException as error:
        cause = f"Kubernetes refuses ({error.status} {error.reason})"
        if error.status in (401, 403, 404, 422):
            raise ConfigError(cause, place=place, remedy=_REMEDY) from error
        raise DependencyError(cause, place=place, remedy="try again") from error
    except (HTTPError, OSError) as error:
        raise DependencyError(
            f"Kubernetes does not answer ({type(error).__name__})", place=place, remedy="try again"
        ) from error
