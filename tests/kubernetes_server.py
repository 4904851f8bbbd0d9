"""A Kubernetes API of one namespace in memory, on a port of 127.0.0.1, and a kubeconfig for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

TOKEN = "canary-of-kubernetes"


@dataclass
class KubernetesServer:
    """What is in the namespace."""

    url: str = ""
    jobs: dict[str, dict[str, str]] = field(default_factory=dict)  # labels by name
    pods: list[dict[str, Any]] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)  # by pod
    status: int = 0  # of every answer, where a test sets it

    def add_pod(self, name: str, labels: dict[str, str], phase: str, minute: int, log: str = ""):
        created = f"2026-11-23T10:{minute:02}:00Z"
        metadata = {"name": name, "namespace": "here", "labels": labels}
        metadata["creationTimestamp"] = created
        self.pods.append({"metadata": metadata, "status": {"phase": phase}})
        self.logs[name] = log

    def answer(self, method: str, target: str) -> Any:
        url = urlsplit(target)
        *_, kind = url.path.split("/")
        selector = parse_qs(url.query).get("labelSelector", [""])[0]
        if url.path == "/apis/ray.io/v1/namespaces/here/rayjobs":
            found = [n for n, labels in self.jobs.items() if _matches(labels, selector)]
            return {"items": [{"metadata": {"name": name}} for name in found]}
        if method == "DELETE" and "/apis/ray.io/v1/namespaces/here/rayjobs/" in url.path:
            return {"metadata": {"labels": self.jobs.pop(kind)}}
        if url.path == "/api/v1/namespaces/here/pods":
            return {"items": [p for p in self.pods if _matches(p["metadata"]["labels"], selector)]}
        if url.path.endswith("/log"):
            assert parse_qs(url.query)["container"] == ["main"]
            return self.logs[url.path.split("/")[-2]]
        raise AssertionError(f"{method} {target}")


@contextmanager
def serve(kubeconfig: Path) -> Iterator[KubernetesServer]:
    """The server while this is open, with a file that leads to it."""
    known = KubernetesServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(known))
    known.url = f"http://127.0.0.1:{http.server_address[1]}"
    kubeconfig.write_text(_kubeconfig(known.url))
    Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield known
    finally:
        http.shutdown()
        http.server_close()


def _handler(known: KubernetesServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            status = known.status or (200 if is_known else 401)
            made = known.answer(self.command, self.path) if status == 200 else {"code": status}
            text = (made if isinstance(made, str) else json.dumps(made)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_DELETE = _answer

        def log_message(self, *words: Any) -> None:
            pass

    return Handler


def _matches(labels: dict[str, str], selector: str) -> bool:
    """Selectors of the forms key=value and key, with commas between."""
    for term in filter(None, selector.split(",")):
        key, has_value, value = term.partition("=")
        if key not in labels or (has_value and labels[key] != value):
            return False
    return True


def _kubeconfig(url: str) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": {"token": TOKEN}}],
        }
    )
