"""Pre-training of a step as a job of a running Ray cluster, told by Ray's REST API for jobs.

The server here starts what it is given as a process, as Ray's does; a job then makes a Ray of its
own. Two real nodes: `test_containers.py`.
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import tiny
from cluster import entrypoints

from spanbert.cluster import following
from spanbert.cluster.job_server import JobServer
from spanbert.cluster.pretraining import pretrain
from spanbert.errors import ConfigError, DependencyError, SpanbertError
from spanbert.storage import verify
from spanbert.training.curve import read_curve

TOKEN = "canary-of-a-token"


class RayServer:
    """Answers as Ray's job server does; jobs are processes."""

    def __init__(self):
        self.jobs, self.entrypoints = {}, []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                code, content = server.answer(self)
                body = json.dumps(content).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *args):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._http.server_port}"

    def close(self):
        for process in self.jobs.values():
            process.kill()
            process.wait()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, request):
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, "Unauthorized"
        if request.command == "POST" and request.path == "/api/jobs/":
            length = int(request.headers["Content-Length"])
            return self._submit(json.loads(request.rfile.read(length)))
        name = request.path.split("/")[3]
        if name not in self.jobs:
            return 404, f"Job {name} does not exist"
        if request.path.endswith("/stop"):
            self.jobs[name].kill()
            return 200, {"stopped": True}
        code = self.jobs[name].poll()
        status = {None: "RUNNING", 0: "SUCCEEDED", -9: "STOPPED"}.get(code, "FAILED")
        return 200, {"status": status, "message": f"exit code {code}", "submission_id": name}

    def _submit(self, body):
        self.entrypoints.append(body["entrypoint"])
        self.jobs[body["submission_id"]] = entrypoints.start(body["entrypoint"])
        return 200, {"submission_id": body["submission_id"]}


@pytest.fixture
def server(monkeypatch, tmp_path):
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
    monkeypatch.setattr(following, "_LOOK_S", 0.1)
    running = RayServer()
    yield running
    running.close()


def test_a_job_is_started_once_looked_at_and_stopped(server):
    jobs = JobServer(server.address)
    for _ in range(2):
        jobs.start("one", "python -c 'import time; time.sleep(60)'")
    assert len(server.entrypoints) == 1
    assert jobs.state("one").phase == "running"
    jobs.end("one")
    server.jobs["one"].wait()
    assert jobs.state("one").phase == "gone"


def test_a_head_that_is_another_one_means_that_the_job_was_lost(server):
    state = JobServer(server.address).state("never-made")
    assert (state.phase, "restarted" in state.told) == ("failed", True)


def test_a_wrong_token_is_told_without_the_token(server, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", "another")
    with pytest.raises(ConfigError, match="401") as raised:
        JobServer(server.address).state("one")
    assert "another" not in str(raised.value)


def test_a_head_that_is_away_is_a_dependency_that_is_away(monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH", raising=False)  # of a Ray that another test started
    with pytest.raises(DependencyError):
        JobServer("http://127.0.0.1:9").state("one")


def as_job(artifacts, tmp_path, server, *changes):
    lines, curves = [], []
    config = tiny.config(
        tmp_path,
        'cluster.ray="running"',
        f'cluster.ray_address="{server.address}"',
        "cluster.job_retries=1",
        *changes,
    )

    def follow(curve):
        curves.append(curve)
        return open(os.devnull)

    def run():
        return pretrain(
            config,
            shards=artifacts.shards,
            tokenizer=artifacts.tokenizer,
            folder=tmp_path / "encoder",
            work_root=tmp_path / "work",
            say=lines.append,
            follow=follow,
            log_tags=lambda tags: None,
        )

    return run, lines, curves


@pytest.mark.ray
def test_pre_training_as_a_job_comes_back_as_if_it_were_done_here(artifacts, tmp_path, server):
    run, lines, curves = as_job(artifacts, tmp_path, server)
    assert run()["steps"] == 12
    verify(tmp_path / "encoder", "model")
    assert any("step 12/12" in line for line in lines)
    assert [point["step"] for point in read_curve(curves[0])] == [3, 6, 9, 12]
    assert TOKEN not in " ".join([*lines, *server.entrypoints])


@pytest.mark.ray
@pytest.mark.slow
def test_an_error_of_the_job_comes_back_with_its_code(artifacts, tmp_path, server):
    diverging = ("training.weight_decay=1e38", "training.learning_rate=1e3", "training.steps=40")
    run, _, _ = as_job(artifacts, tmp_path, server, *diverging)
    with pytest.raises(SpanbertError, match="at step") as raised:
        run()
    assert raised.value.exit_code == 65
    assert len(server.jobs) == 1
    assert not (tmp_path / "encoder").exists()
