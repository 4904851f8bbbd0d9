"""Services that the settings or the environment name: tracking, object store, Ray, KFP, a port."""

import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from spanbert.config import Config
from spanbert.doctor.elsewhere import is_elsewhere
from spanbert.doctor.finding import Finding, findings_of, ok, problem, warning
from spanbert.doctor.reaching import LIMIT_S, Answer, ask, at_once, connect, shown
from spanbert.errors import DependencyError, IntegrityError
from spanbert.registry.address import tracking_uri

_SQLITE = "sqlite:///"
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "ray": 10001, "": 6379}
_UI_PORT = 5000  # of `spanbert ui`
_HEALTHZ = "/apis/v2beta1/healthz"


@dataclass(frozen=True)
class Service:
    """Something to reach."""

    name: str
    place: str  # shown: without passwords
    look: Callable[[], Answer]
    remedy: str


def check_services(config: Config, environment: Mapping[str, str]) -> list[Finding]:
    """All that is named, each looked at for two seconds at most, at the same time."""
    services = list(_services(config, environment))
    checks = [lambda s=service: _looked_at(s) for service in services]
    late = [
        answer_finding(s, Answer(refusal=f"no answer within {LIMIT_S:.0f} s")) for s in services
    ]
    return [
        *_local_tracking(tracking_uri(config)),
        *at_once(checks, late),
        *_s3fs(config),
        *_ray_token(environment),
        port_finding(_UI_PORT),
    ]


def answer_finding(service: Service, answer: Answer) -> Finding:
    """What an answer means."""
    name, place = service.name, service.place
    if answer.refusal:
        found = f"{place}: {answer.refusal}"
        return problem(DependencyError, name, found, "an answer", remedy=service.remedy)
    if answer.status in (401, 403):
        found = f"{place}: asks for credentials (HTTP {answer.status})"
        remedy = "give a user and password that it takes, as docs of the service say"
        return problem(DependencyError, name, found, remedy=remedy)
    if answer.status >= 400:
        found = f"{place}: HTTP {answer.status}"
        return problem(DependencyError, name, found, "HTTP 200", remedy=service.remedy)
    return ok(name, f"{place} answers")


def sqlite_finding(path: Path) -> Finding:
    """Whether a database can be written; one that is not there will be made."""
    if not path.exists():
        return ok("tracking", f"{path.name} will be made")
    try:
        database = sqlite3.connect(path, timeout=LIMIT_S / 2, isolation_level=None)
        database.execute("BEGIN IMMEDIATE")  # refused where it is read-only, locked or no database
        database.execute("ROLLBACK")
        database.close()
    except sqlite3.Error as error:
        remedy = "end what holds it, change its permissions, or set registry.tracking_uri"
        return problem(DependencyError, "tracking", f"{path}: {error}", remedy=remedy)
    return ok("tracking", f"{path.name} can be written")


def port_finding(port: int) -> Finding:
    """Whether a port of this machine is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            remedy = "spanbert ui --port N"
            return warning("ui port", f"{port} is taken", "a free one", remedy=remedy)
    return ok("ui port", f"{port} is free")


def _services(config: Config, environment: Mapping[str, str]) -> Iterator[Service]:
    yield from _tracking(tracking_uri(config), environment)
    if config.training.checkpoint_url:
        yield _object_store(config, environment)
    if config.cluster.ray == "running":
        jobs = config.cluster.ray_address
        remedy = "check cluster.ray_address and that the cluster is awake"
        yield Service("Ray jobs", shown(jobs), lambda: connect(*host_and_port(jobs)), remedy)
    ray = environment.get("RAY_ADDRESS", "")
    if ray not in ("", "auto", "local"):
        remedy = "start that cluster, or unset RAY_ADDRESS"
        yield Service("Ray", shown(ray), lambda: connect(*host_and_port(ray)), remedy)
    kfp = environment.get("KF_PIPELINES_ENDPOINT", "")
    if kfp:
        url = kfp if "://" in kfp else f"http://{kfp}"
        remedy = "check KF_PIPELINES_ENDPOINT and that the server runs, or unset it"
        yield Service("KFP", shown(url), lambda: ask(url, _HEALTHZ), remedy)


def _tracking(uri: str, environment: Mapping[str, str]) -> Iterator[Service]:
    """A server or database on the network; SQLite and folders are looked at elsewhere."""
    remedy = "check registry.tracking_uri and that the server runs"
    scheme = uri.partition("://")[0].partition("+")[0]
    if scheme in ("http", "https"):
        yield Service("tracking", shown(uri), lambda: ask(uri, "/health", environment), remedy)
    elif scheme in ("postgresql", "mysql"):
        yield Service("tracking", shown(uri), lambda: connect(*host_and_port(uri)), remedy)


def _local_tracking(uri: str) -> list[Finding]:
    """Tracking that lies on this machine; a server's or a database's answer is asked for."""
    if uri.startswith(_SQLITE):
        return [sqlite_finding(Path(uri.removeprefix(_SQLITE)))]
    is_asked = bool(list(_tracking(uri, {})))
    return [] if is_asked else [ok("tracking", f"{shown(uri)} is not looked at")]


def _object_store(config: Config, environment: Mapping[str, str]) -> Service:
    own = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    of_pods = config.cluster.object_store_endpoint if is_elsewhere(config) else ""
    url = own or of_pods or "https://s3.amazonaws.com"
    remedy = "check AWS_ENDPOINT_URL_S3 and the network, or --set training.checkpoint_url="
    return Service("object store", shown(url), lambda: _connect_as_clients_do(url), remedy)


def _connect_as_clients_do(url: str) -> Answer:
    """Connect to an address, or to the proxy that stands before it."""
    host, port = host_and_port(url)
    proxy = "" if proxy_bypass(host) else getproxies().get(urlsplit(url).scheme, "")
    return connect(*host_and_port(proxy)) if proxy else connect(host, port)


def host_and_port(url: str) -> tuple[str, int]:
    """Where an address leads, with its scheme's usual port where it names none."""
    plain = shown(url)
    parts = urlsplit(plain if "://" in plain else f"//{plain}")
    return parts.hostname or "", parts.port or _PORTS[parts.scheme.partition("+")[0]]


def _s3fs(config: Config) -> list[Finding]:
    if config.training.checkpoint_url and find_spec("s3fs") is None:
        remedy = "pip install 'spanbert[s3]'"
        return [problem(DependencyError, "s3fs", "not installed", remedy=remedy)]
    return []


def _ray_token(environment: Mapping[str, str]) -> list[Finding]:
    """Without a token, whoever reaches Ray's ports runs code as this user."""
    if environment.get("RAY_AUTH_MODE") != "disabled":
        return []
    found, remedy = "RAY_AUTH_MODE=disabled: whoever reaches Ray runs code", "unset RAY_AUTH_MODE"
    return [problem(IntegrityError, "Ray token", found, "RAY_AUTH_MODE=token", remedy=remedy)]


def _looked_at(service: Service) -> Finding:
    found = findings_of(service.name, lambda: [answer_finding(service, service.look())])
    return found[0]
