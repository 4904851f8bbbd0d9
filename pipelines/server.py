"""A KFP server: its REST API by the SDK's generated client, and its refusals in one line.

Not `kfp.Client`: that prints links and warnings, tries a refused token five times with a trace each
time, writes into the home folder, and does not notice that a run was canceled.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import kfp_server_api
from urllib3.exceptions import HTTPError

from pipelines.bearer import FILE_VARIABLE, VARIABLE, read_token, require_private
from spanbert.errors import ConfigError, DependencyError, SpanbertError

HOST_VARIABLE = "KF_PIPELINES_ENDPOINT"
_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^\s@?#]*)?", re.ASCII)
_TIMEOUT_S = 30.0  # of one request
_LONGEST_MESSAGE = 300  # characters of what a server says


class Server:
    """The server at an address; every method may raise what `ask` raises.

    Args:
        host: its address, or empty for that in KF_PIPELINES_ENDPOINT.

    Raises:
        ConfigError: there is no address, or a token would be sent to it unprotected.
    """

    def __init__(self, host: str) -> None:
        self.host = _address(host)
        settings: Any = kfp_server_api.Configuration(host=self.host)
        if read_token():
            require_private(self.host)
            settings.api_key_prefix["authorization"] = "Bearer"
            settings.refresh_api_key_hook = _take_token
            _take_token(settings)  # without a first one, none is sent at all
        client = kfp_server_api.ApiClient(settings)
        self.pipelines = kfp_server_api.PipelineServiceApi(client)
        self.uploads = kfp_server_api.PipelineUploadServiceApi(client)
        self.experiments = kfp_server_api.ExperimentServiceApi(client)
        self.runs = kfp_server_api.RunServiceApi(client)
        self.recurring_runs = kfp_server_api.RecurringRunServiceApi(client)
        self._health = kfp_server_api.HealthzServiceApi(client)

    def ask(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """What a method of one of the APIs returns, in one attempt.

        Raises:
            ConfigError: the server refuses the request or the token, or has no such thing.
            DependencyError: it does not answer, or not now.
        """
        with _one_line(self.host):
            return method(*arguments, **options, _request_timeout=_TIMEOUT_S)

    def has_users(self) -> bool:
        """Whether things belong to the namespaces of users; otherwise it wants none named."""
        answer = self.ask(self._health.healthz_service_get_healthz)
        multi_user = getattr(answer, "multi_user", None)
        if multi_user is None:
            raise self.not_kfp()
        return multi_user

    def not_kfp(self) -> DependencyError:
        """The error for an answer without what a KFP server always gives."""
        return DependencyError(
            "what answers there is no KFP server, perhaps a page to log in",
            place=self.host,
            remedy=f"correct --host or {HOST_VARIABLE}",
        )

    def link(self, kind: str, identifier: str) -> str:
        """Where a person sees a run (`runs`) or a recurring run (`recurringrun`)."""
        return f"{self.host}/#/{kind}/details/{identifier}"


def named(name: str) -> str:
    """A filter that takes what is shown under this name."""
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})


def _address(host: str) -> str:
    address = (host or os.environ.get(HOST_VARIABLE, "")).rstrip("/")
    if not address:
        remedy = f"pass --host https://HOST/pipeline or set {HOST_VARIABLE}"
        raise ConfigError("the address of the KFP server is not known", remedy=remedy)
    if not _ADDRESS.fullmatch(address):
        raise ConfigError(
            "this is no address of a KFP server",
            place=address.rpartition("@")[2],
            remedy=f"write https://HOST/pipeline, and a token into {VARIABLE}",
        )
    return address


def _take_token(settings: kfp_server_api.Configuration) -> None:
    settings.api_key["authorization"] = read_token()


@contextlib.contextmanager
def _one_line(host: str) -> Iterator[None]:
    try:
        yield
    except kfp_server_api.ApiException as error:
        raise _refusal(error, host) from error
    except (HTTPError, OSError, ValueError) as error:
        cause = getattr(error, "reason", None) or error  # of "too many retries", what went wrong
        raise DependencyError(
            f"the KFP server does not answer ({type(cause).__name__})",
            place=host,
            remedy="check --host and that the server runs, then try again",
        ) from error


def _refusal(error: kfp_server_api.ApiException, host: str) -> SpanbertError:
    status, told = int(error.status or 0), _message(error.body)
    if status in (401, 403):
        remedy = (
            f"put a token that may do this into {VARIABLE} or a file that {FILE_VARIABLE} names"
        )
        return ConfigError(f"KFP refuses ({status}): {told}", place=host, remedy=remedy)
    if status == 429 or status >= 500:
        remedy = "try again"
        return DependencyError(
            f"KFP cannot answer now ({status}): {told}", place=host, remedy=remedy
        )
    remedy = "check the name and --host" if status == 404 else "correct what it names"
    return ConfigError(f"KFP refuses ({status}): {told}", place=host, remedy=remedy)


def _message(body: Any) -> str:
    """What a server says of an error, on one line."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    with contextlib.suppress(ValueError):
        content = json.loads(text)
        if isinstance(content, dict) and "message" in content:
            text = str(content["message"])
    return " ".join(text.split())[:_LONGEST_MESSAGE] or "no reason given"
