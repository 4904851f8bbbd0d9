"""Ray jobs of a cluster that is there, through its job server (Ray's REST API for jobs).

Not through Ray's own client: that waits for ever for a head that is gone.
"""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from spanbert.cluster.jobs import JobState, phase_of
from spanbert.errors import ConfigError, DependencyError

_TIMEOUT_S = 20.0
_REFUSED = (400, 401, 403)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Another host is never sent the token."""

    def redirect_request(self, *request: Any, **more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


class JobServer:
    """The jobs of one cluster.

    Args:
        address: http://HOST:8265. The token is read from where Ray looks for it: RAY_AUTH_TOKEN, or
            the file that RAY_AUTH_TOKEN_PATH names.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def start(self, name: str, entrypoint: str) -> None:
        """As `RayJobs.start`."""
        if self._details(name) is None:
            self._call("POST", "/api/jobs/", {"entrypoint": entrypoint, "submission_id": name})

    def state(self, name: str) -> JobState:
        """As `RayJobs.state`; a cluster whose head is another one does not know the job."""
        details = self._details(name)
        if details is None:
            return JobState("failed", "the cluster does not know it; was its head restarted?")
        return JobState(
            phase_of(details.get("status", "")), _first_line(details.get("message") or "")
        )

    def adopt(self, name: str) -> None:
        """As `RayJobs.adopt`: jobs here belong to nobody."""

    def end(self, name: str) -> None:
        """As `RayJobs.end`."""
        if self._details(name) is not None:
            self._call("POST", f"/api/jobs/{name}/stop")

    def address(self, name: str) -> str:
        """As `RayJobs.address`."""
        return f"{self._address}/#/jobs/{name}"

    def _details(self, name: str) -> Any:
        return self._call("GET", f"/api/jobs/{name}")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer; None where there is no such thing.

        Raises:
            ConfigError: the token or the request was refused.
            DependencyError: no answer, or one that may be another at the next try.
        """
        headers = {"Content-Type": "application/json"} | _authorization()
        data = None if body is None else json.dumps(body).encode()
        try:
            request = urllib.request.Request(  # noqa: S310  # settings allow http and https alone
                self._address + path, method=method, data=data, headers=headers
            )
            with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            told = _first_line(error.read().decode("utf-8", "replace"))
            kind = ConfigError if error.code in _REFUSED else DependencyError
            raise self._error(kind, f"status {error.code} {told}") from error
        except (OSError, ValueError, TypeError) as error:
            raise self._error(DependencyError, str(error)) from error

    def _error(self, kind: type[ConfigError | DependencyError], cause: str) -> Exception:
        remedy = "check cluster.ray_address, and the token in the file of RAY_AUTH_TOKEN_PATH"
        return kind(cause, place=self._address, remedy=remedy)


def _authorization() -> dict[str, str]:
    token = os.environ.get("RAY_AUTH_TOKEN", "")
    path = os.environ.get("RAY_AUTH_TOKEN_PATH", "")
    if not token and path:
        try:
            token = Path(path).read_text().strip()
        except OSError as error:
            raise ConfigError(
                f"the token cannot be read ({error.strerror})",
                place=path,
                remedy="correct RAY_AUTH_TOKEN_PATH",
            ) from error
    return {"Authorization": f"Bearer {token}"} if token else {}


def _first_line(message: str) -> str:
    return message.strip().partition("\n")[0][:300]
