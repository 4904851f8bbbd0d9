"""A Kubernetes API server that knows RayJobs alone; its operator does what a test has written.

Each job plays the next of the given plays: a list of statuses, one for each look at it; the last
one stays. A callable in a play is called when it is looked at, and its result is the status.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import yaml

_PATH = re.compile(r"/apis/ray\.io/v1/namespaces/([^/]+)/rayjobs(?:/([^/]+))?")


class KubernetesApi:
    """To be used in a `with`.

    Attributes:
        jobs: the objects that are there, by name.
        created, deleted: names, in order.
        failures: statuses that the next requests are answered with, before any work.
    """

    def __init__(self, *plays):
        self.plays, self.jobs, self.created, self.deleted = list(plays), {}, [], []
        self.failures, self._plays_of = [], {}
        self.tokens = set()

    def __enter__(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                code, content = api._answer(self)
                body = json.dumps(content).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised):
        self._server.shutdown()
        self._server.server_close()

    def write_kubeconfig(self, path, namespace="team"):
        """A file for KUBECONFIG; requests then carry its token."""
        url = f"http://127.0.0.1:{self._server.server_port}"
        named = {"clusters": {"server": url}, "users": {"token": "canary-of-a-token"}}
        named["contexts"] = {"cluster": "one", "user": "one", "namespace": namespace}
        content = {kind: [{"name": "one", kind[:-1]: value}] for kind, value in named.items()}
        content |= {"apiVersion": "v1", "kind": "Config", "current-context": "one"}
        path.write_text(yaml.safe_dump(content))
        return path

    def _answer(self, request):
        self.tokens.add(request.headers.get("Authorization"))
        if self.failures:
            code = self.failures.pop(0)
            return code, {"kind": "Status", "code": code, "message": "as the test wants it"}
        url = urlparse(request.path)
        namespace, name = _PATH.fullmatch(url.path).groups()
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        if request.command == "POST":
            return self._create(namespace, body)
        if name is None:
            return 200, {"items": self._selected(parse_qs(url.query)["labelSelector"][0])}
        if name not in self.jobs:
            return 404, {"kind": "Status", "code": 404, "message": "not found"}
        if request.command == "PATCH":
            self.jobs[name]["metadata"] |= body["metadata"]
            return 200, self.jobs[name]
        if request.command == "DELETE":
            self.deleted.append(name)
            return 200, self.jobs.pop(name)
        return 200, self.jobs[name] | {"status": self._status(name)}

    def _create(self, namespace, body):
        name = body["metadata"]["name"]
        if name in self.jobs:
            return 409, {"kind": "Status", "code": 409, "message": "already exists"}
        body["metadata"]["namespace"] = namespace
        self.jobs[name] = body
        self.created.append(name)
        self._plays_of[name] = list(self.plays.pop(0)) if self.plays else [{}]
        return 201, body

    def _status(self, name):
        play = self._plays_of[name]
        step = play.pop(0) if len(play) > 1 else play[0]
        return step() if callable(step) else step

    def _selected(self, selector):
        key, _, value = selector.partition("=")
        jobs = self.jobs.values()
        return [job for job in jobs if job["metadata"]["labels"].get(key) == value]
