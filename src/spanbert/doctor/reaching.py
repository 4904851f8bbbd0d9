"""One bounded look at an address: does it answer? Passwords in it are never shown."""

import base64
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from queue import Empty, SimpleQueue
from time import monotonic
from urllib.parse import unquote, urlsplit

from spanbert.doctor.finding import Finding

LIMIT_S = 2.0
_JOIN_S = 0.5  # beyond the limit: a name server that does not answer knows no limit
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Answer:
    """What came back: a status of HTTP, 0 for a bare connection; or why nothing did."""

    status: int = 0
    refusal: str = ""


def shown(url: str) -> str:
    """An address without user, password and query; rather too short than with a part of them."""
    scheme, mark, rest = url.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2].partition('?')[0]}"


def _without_credentials(url: str) -> str:
    """An address as it is asked."""
    scheme, mark, rest = url.rpartition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"


def ask(url: str, path: str, environment: Mapping[str, str] | None = None) -> Answer:
    """GET a path below an http(s) address.

    Args:
        environment: may hold the tracking server's user and password; those in the address win.
    """
    request = urllib.request.Request(_without_credentials(url).rstrip("/") + path)  # noqa: S310  # http(s) alone
    credentials = _credentials(url, environment or {})
    if credentials:  # unredirected: another host must not see it
        request.add_unredirected_header("Authorization", credentials)
    host = urlsplit(request.full_url).hostname
    direct = [urllib.request.ProxyHandler({})] if host in _LOOPBACK else []
    try:
        with urllib.request.build_opener(*direct).open(request, timeout=LIMIT_S) as response:
            return Answer(response.status)
    except urllib.error.HTTPError as error:
        return Answer(error.code)
    except (HTTPException, ValueError):
        return Answer(refusal="no address of a web server, or what is there is none")
    except OSError as error:
        return Answer(refusal=_reason(error))


def connect(host: str, port: int) -> Answer:
    """Open a connection and close it."""
    try:
        socket.create_connection((host, port), timeout=LIMIT_S).close()
    except OSError as error:
        return Answer(refusal=_reason(error))
    return Answer()


def at_once(checks: Sequence[Callable[[], Finding]], late: Sequence[Finding]) -> list[Finding]:
    """What checks find, all made at the same time; of one that takes too long, its late finding."""
    results: SimpleQueue[tuple[int, Finding]] = SimpleQueue()
    for number, check in enumerate(checks):
        threading.Thread(
            target=lambda n=number, c=check: results.put((n, c())), daemon=True
        ).start()
    found = dict(enumerate(late))
    ends_s = monotonic() + LIMIT_S + _JOIN_S
    for _ in checks:
        try:
            number, finding = results.get(timeout=max(0.0, ends_s - monotonic()))
        except Empty:
            break
        found[number] = finding
    return list(found.values())


def _credentials(url: str, environment: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user:
        user = environment.get("MLFLOW_TRACKING_USERNAME", "")
        password = environment.get("MLFLOW_TRACKING_PASSWORD", "")
    if user:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    token = environment.get("MLFLOW_TRACKING_TOKEN", "")
    return f"Bearer {token}" if token else ""


def _reason(error: OSError) -> str:
    """The system's words alone."""
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return f"no answer within {LIMIT_S:.0f} s"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
