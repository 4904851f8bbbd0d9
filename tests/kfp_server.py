"""A KFP API server in memory, on a port of 127.0.0.1: every request is held against Swagger."""

import email
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import kfp_swagger
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

_NEVER = "1970-01-01T00:00:00Z"  # what KFP writes as the end of what has not ended


class Refused(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class KfpServer:
    """What the server knows, and what a test may do to it.

    Args:
        token: that requests must carry.
        has_users: whether it runs for many, each in a namespace.
    """

    url: str = ""
    token: str = ""
    has_users: bool = False
    failures: list[int] = field(default_factory=list)  # statuses of the next answers
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path with query
    problems: list[str] = field(default_factory=list)  # in which requests and answers are wrong
    arguments: set[str] = field(default_factory=set)  # of all processes while requests came
    pipelines: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    experiments: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, Any] = field(default_factory=dict)
    recurring: dict[str, Any] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def move(self, run_id: str, state: str, steps: dict[str, str] | None = None, error: str = ""):
        """Put a run, and steps of it, into a state; each has what KFP makes for itself besides."""
        run = self.runs[run_id]
        run["state"] = state
        if error:
            run["error"] = {"code": 9, "message": error}
        tasks = [_task(run_id, name, "RUNNING") for name in ("root", "root-driver")]
        for name, step_state in (steps or {}).items():
            tasks += [_task(run_id, f"{name}-driver", "SUCCEEDED")]
            tasks += [_task(run_id, name, step_state), _task(run_id, "executor", step_state)]
        run["run_details"] = {"task_details": tasks} if steps else run.get("run_details", {})

    def answer(self, method: str, target: str, headers: Any, content: bytes) -> Any:
        """The answer to a request; what is wrong with either is noted."""
        self.requests.append((method, target))
        self.arguments |= {path.read_text() for path in _command_lines()}
        if self.failures:
            raise Refused(self.failures.pop(0), "no healthy upstream")
        if self.token and headers["Authorization"] != f"Bearer {self.token}":
            raise Refused(401, "Request header error: there is no valid token")
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        operation, names = _operation(method, url.path)
        is_upload = headers.get_content_type() == "multipart/form-data"
        body = json.loads(content) if content and not is_upload else None
        problems = operation.problems(query, body)
        if is_upload:
            body = _uploaded(headers, content)
        self.problems += [f"{operation.name}: {problem}" for problem in problems]
        if problems:
            raise Refused(400, "; ".join(problems))
        made = getattr(self, operation.name)(*names, query=query, body=body)
        wrong = operation.differences(operation.answer, made)
        self.problems += [f"answer of {operation.name}: {problem}" for problem in wrong]
        return made

    # --- operations, as Swagger names them ---

    def HealthzService_GetHealthz(self, query, body):
        return {"multi_user": self.has_users}

    def PipelineService_ListPipelines(self, query, body):
        self._require_place(query.get("namespace"))
        return {"pipelines": _matching(self.pipelines, query)}

    def PipelineService_CreatePipeline(self, query, body):
        self._require_place(body.get("namespace"))
        if _matching(self.pipelines, query={}, name=body["display_name"]):
            raise Refused(409, "the name is taken")
        return self._keep(self.pipelines, "pipeline_id", body)

    def PipelineService_ListPipelineVersions(self, pipeline_id, query, body):
        own = {k: v for k, v in self.versions.items() if v["pipeline_id"] == pipeline_id}
        return {"pipeline_versions": _matching(own, query)}

    def UploadPipelineVersion(self, query, body):
        self.packages.append(body)
        version = {"display_name": query["name"], "pipeline_id": query["pipelineid"]}
        return self._keep(self.versions, "pipeline_version_id", version)

    def ExperimentService_ListExperiments(self, query, body):
        self._require_place(query.get("namespace"))
        return {"experiments": _matching(self.experiments, query)}

    def ExperimentService_CreateExperiment(self, query, body):
        self._require_place(body.get("namespace"))
        return self._keep(self.experiments, "experiment_id", body)

    def RunService_CreateRun(self, query, body):
        self._require_known(body)
        return self._keep(self.runs, "run_id", body | {"state": "PENDING"})

    def RunService_GetRun(self, run_id, query, body):
        if run_id not in self.runs:
            raise Refused(404, f"Run {run_id} not found")
        run = self.runs[run_id]
        shown = dict(run)
        if run["state"] == "CANCELING":  # it has ended when somebody looks the next time
            run["state"] = "CANCELED"
        return shown

    def RunService_TerminateRun(self, run_id, query, body):
        if self.runs[run_id]["state"] in ("SUCCEEDED", "FAILED", "CANCELED"):
            raise Refused(400, "the run has finished")
        self.runs[run_id]["state"] = "CANCELING"
        return {}

    def RecurringRunService_CreateRecurringRun(self, query, body):
        self._require_known(body)
        return self._keep(self.recurring, "recurring_run_id", body)

    def _keep(self, where: dict[str, Any], key: str, value: dict[str, Any]) -> dict[str, Any]:
        identifier = f"{key.removesuffix('_id').replace('_', '-')}-{next(self._ids)}"
        where[identifier] = value | {key: identifier}
        return where[identifier]

    def _require_place(self, namespace: str | None) -> None:
        if self.has_users and not namespace:
            raise Refused(400, "Namespace is empty")
        if not self.has_users and namespace:
            raise Refused(400, "In single-user mode, namespace must be empty")

    def _require_known(self, body: dict[str, Any]) -> None:
        reference = body["pipeline_version_reference"]
        version = self.versions.get(reference["pipeline_version_id"], {})
        if version.get("pipeline_id") != reference["pipeline_id"]:
            raise Refused(404, "no such version")
        if body["experiment_id"] not in self.experiments:
            raise Refused(404, "no such experiment")


@contextmanager
def serve(**settings: Any) -> Iterator[KfpServer]:
    """The server while this is open; at the end no request and no answer was wrong."""
    known = KfpServer(**settings)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(known))
    known.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        http.shutdown()
        http.server_close()
    assert known.problems == []


def _handler(known: KfpServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, made = 200, known.answer(self.command, self.path, self.headers, content)
            except Refused as refused:
                status, made = refused.status, {"code": 2, "message": str(refused), "details": []}
            text = json.dumps(made).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = do_PATCH = _answer

        def log_message(self, *words: Any) -> None:
            pass

    return Handler


def _operation(method: str, path: str) -> tuple[kfp_swagger.Operation, tuple[str, ...]]:
    for operation in _OPERATIONS:
        match = operation.path.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groups()
    raise Refused(404, f"no operation {method} {path}")


def _matching(known: dict[str, Any], query: dict[str, str], name: str = "") -> list[Any]:
    """Those that a filter by display name takes."""
    if "filter" in query:
        ((predicate),) = json.loads(query["filter"])["predicates"]
        assert predicate["operation"] in ("EQUALS", 1)
        assert predicate["key"] == "display_name"
        name = predicate["stringValue"]
    return [value for value in known.values() if value["display_name"] == name]


def _uploaded(headers: Any, content: bytes) -> str:
    """The pipeline in a form's field `uploadfile`, which parses as a pipeline and its platform."""
    header = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    (part,) = email.message_from_bytes(header + content).get_payload()
    assert part.get_param("name", header="Content-Disposition") == "uploadfile"
    text = part.get_payload(decode=True).decode()
    pipeline, platform = yaml.safe_load_all(text)
    json_format.ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())
    return text


def _task(run_id: str, name: str, state: str) -> dict[str, Any]:
    has_ended = state in ("SUCCEEDED", "FAILED", "SKIPPED", "CANCELED")
    return {
        "run_id": run_id,
        "task_id": f"task-of-{name}",
        "display_name": name,
        "create_time": "2026-11-23T10:00:00Z",
        "start_time": "2026-11-23T10:00:00Z",
        "end_time": "2026-11-23T10:00:42Z" if has_ended else _NEVER,
        "state": state,
    }


def _command_lines() -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]


_OPERATIONS = kfp_swagger.operations()
