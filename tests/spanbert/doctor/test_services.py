"""Services that are dead, silent or closed are told of in time, and no password is shown."""

import contextlib
import http.server
import socket
import threading
from dataclasses import replace
from time import monotonic

import pytest
import tiny

from spanbert.doctor.finding import ok
from spanbert.doctor.reaching import Answer, ask, at_once, connect, shown
from spanbert.doctor.services import (
    Service,
    answer_finding,
    check_services,
    host_and_port,
    port_finding,
    sqlite_finding,
)


@contextlib.contextmanager
def web_server(answers):
    """A server that gives each path its status, and notes the headers that it was sent."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(dict(self.headers))
            status, headers = answers.get(self.path, (404, {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def silent_server():
    """Accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def dead_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def config_of(tmp_path, uri="", **training):
    config = tiny.config(tmp_path)
    registry = replace(config.registry, tracking_uri=uri)
    return replace(config, registry=registry, training=replace(config.training, **training))


def found_in(config, environment=None):
    return {f.name: f for f in check_services(config, environment or {})}


def test_a_dead_server_is_told_of_without_its_password(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ann:pa/ss@{dead_address()}")
    finding = found_in(config_of(tmp_path))["tracking"]
    assert (finding.status, finding.exit_code) == ("problem", 69)
    assert "ann" not in str(finding)
    assert "ss@" not in str(finding)
    assert finding.remedy


def test_silent_servers_are_told_of_within_three_seconds_together(tmp_path, monkeypatch):
    with silent_server() as one, silent_server() as other:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ann:secret@{one}")
        began_s = monotonic()
        found = found_in(config_of(tmp_path), {"KF_PIPELINES_ENDPOINT": other})
        assert monotonic() - began_s < 3
    for name in ("tracking", "KFP"):
        assert found[name].exit_code == 69
        assert "no answer within 2 s" in found[name].found
        assert "secret" not in str(found[name])


def test_a_server_that_answers_is_fine_and_gets_its_password(tmp_path, monkeypatch):
    with web_server({"/health": (200, {})}) as (address, seen):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ann:s%40x@{address}/")
        finding = found_in(config_of(tmp_path))["tracking"]
    assert finding.status == "ok"
    assert seen[0]["Authorization"] == "Basic YW5uOnNAeA=="


@pytest.mark.parametrize("status", [401, 403])
def test_a_closed_server_asks_for_credentials(tmp_path, status):
    with web_server({"/health": (status, {})}) as (address, _):
        finding = found_in(config_of(tmp_path, f"http://{address}"))["tracking"]
    assert (finding.status, finding.exit_code) == ("problem", 69)
    assert "asks for credentials" in finding.found


def test_another_host_is_not_sent_the_password():
    with web_server({"/": (200, {})}) as (other, seen):
        there = {"/health": (302, {"Location": f"http://{other}/"})}
        with web_server(there) as (address, _):
            assert ask(f"http://ann:secret@{address}", "/health") == Answer(200)
    assert "Authorization" not in seen[0]


def test_what_speaks_no_http_is_told_of():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def greet():
            with listener.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0 hello\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        assert ask(f"http://127.0.0.1:{listener.getsockname()[1]}", "/health").refusal
        thread.join()


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://user:pass@host:1/x?password=p", "https://host:1/x"),
        ("http://user:p/w@d@host", "http://host"),
        ("user:pass@host:6379", "host:6379"),
        ("host:6379", "host:6379"),
        ("http://u:sec?ret@h:1", "http://h:1"),
        ("https://host:1/a@b", "https://b"),  # rather too short
    ],
)
def test_addresses_are_shown_without_passwords(url, seen):
    assert shown(url) == seen


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://s3.example.org/bucket", ("s3.example.org", 443)),
        ("http://u:p@[::1]:9000", ("::1", 9000)),
        ("10.0.0.1", ("10.0.0.1", 6379)),
        ("ray://head:10001", ("head", 10001)),
        ("mysql+pymysql://u:p@db/mlflow", ("db", 3306)),
    ],
)
def test_addresses_lead_to_a_host_and_a_port(url, place):
    assert host_and_port(url) == place


def test_an_object_store_is_reached_only_where_one_is_named(tmp_path):
    dead = {"AWS_ENDPOINT_URL_S3": f"http://{dead_address()}"}
    assert "object store" not in found_in(config_of(tmp_path), dead)
    config = config_of(tmp_path, checkpoint_url="s3://bucket/runs")
    assert found_in(config, dead)["object store"].exit_code == 69
    with silent_server() as address:
        alive = {"AWS_ENDPOINT_URL": f"http://{address}"}
        assert found_in(config, alive)["object store"].status == "ok"


def test_ray_is_reached_and_must_not_be_open(tmp_path):
    open_ray = {"RAY_ADDRESS": dead_address(), "RAY_AUTH_MODE": "disabled"}
    found = found_in(config_of(tmp_path), open_ray)
    assert (found["Ray"].exit_code, found["Ray token"].exit_code) == (69, 5)
    assert not {"Ray", "Ray token"} & set(found_in(config_of(tmp_path), {"RAY_ADDRESS": "auto"}))


def test_a_database_that_is_there_can_be_written_or_is_a_problem(tmp_path):
    path = tmp_path / "mlflow.db"
    assert sqlite_finding(path).status == "ok"
    assert not path.exists()
    path.write_bytes(b"")
    assert sqlite_finding(path).status == "ok"
    path.write_bytes(b"no database" * 100)
    assert sqlite_finding(path).exit_code == 69


def test_a_taken_port_is_a_warning_and_is_free_again_after():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert port_finding(port).status == "warning"
    assert port_finding(port).status == "ok"


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Answer(0), "ok"), (Answer(200), "ok"), (Answer(404), "problem"), (Answer(500), "problem")],
)
def test_what_an_answer_means(answer, status):
    service = Service("x", "host", lambda: answer, "start it")
    assert answer_finding(service, answer).status == status


def test_a_check_that_knows_no_limit_is_left_behind():
    freed = threading.Event()

    def hangs():
        freed.wait()
        return ok("slow", "at last")

    began_s = monotonic()
    found = at_once([hangs, lambda: ok("fast", "here")], [ok("slow", "late"), ok("fast", "late")])
    assert monotonic() - began_s < 3
    freed.set()
    assert [f.found for f in found] == ["late", "here"]


def test_a_connection_is_an_answer_and_a_refusal_has_words():
    with silent_server() as address:
        assert connect(*host_and_port(address)) == Answer()
    assert connect(*host_and_port(dead_address())).refusal == "Connection refused"
