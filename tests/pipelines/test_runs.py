"""Submitted runs looked at, awaited and canceled, on stubs of KFP and of Kubernetes over HTTP."""

import json

import kfp_server
import kubernetes_server
import pytest

from pipelines.runs import RIDDEN_OVER_S, read_run, wait_for_end
from pipelines.server import Server
from spanbert.cli import main
from spanbert.errors import DependencyError
from spanbert.progress import silent

RUN = "run-7"
LABELS = {"pipeline/runid": RUN}
CONTEXT = "current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nusers: []\n"


@pytest.fixture
def server(monkeypatch):
    for name in ("KFP_TOKEN", "KF_PIPELINES_SA_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    with kfp_server.serve() as server:
        monkeypatch.setenv("KF_PIPELINES_ENDPOINT", server.url)
        server.runs[RUN] = {"run_id": RUN, "display_name": "demo-1a2b3c4d", "state": "RUNNING"}
        yield server


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    kubeconfig = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    with kubernetes_server.serve(kubeconfig) as cluster:
        yield cluster


class Clock:
    """Time that passes only while somebody sleeps; then a test's events happen."""

    def __init__(self, *events):
        self.now_s, self.events = 0.0, list(events)

    def sleep(self, seconds):
        self.now_s += seconds
        if self.events:
            self.events.pop(0)()


def wait(clock, say=silent, **more):
    return wait_for_end(Server(""), RUN, say, sleep=clock.sleep, clock=lambda: clock.now_s, **more)


def test_steps_are_shown_without_what_kfp_makes_for_itself(server, capsys):
    server.move(RUN, "RUNNING", {"prepare-corpus": "SUCCEEDED", "pretrain": "RUNNING"})
    assert main(["status", RUN]) == 0
    first, link, *steps = capsys.readouterr().out.splitlines()
    assert first == f"demo-1a2b3c4d {RUN}: RUNNING"
    assert link == f"{server.url}/#/runs/details/{RUN}"
    assert [line.split() for line in steps] == [
        ["prepare-corpus", "SUCCEEDED", "42", "s"],
        ["pretrain", "RUNNING"],
    ]


def test_a_program_reads_the_same(server, capsys):
    server.move(RUN, "FAILED", {"pretrain": "FAILED"}, error="step exited with code 65")
    assert main(["status", RUN, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["error"]) == ("FAILED", "step exited with code 65")
    assert told["steps"] == [{"name": "pretrain", "state": "FAILED", "seconds": 42.0}]


def test_a_task_without_times_comes_last_and_has_no_seconds(server):
    server.move(RUN, "RUNNING", {"pretrain": "PENDING", "prepare-corpus": "SUCCEEDED"})
    for task in server.runs[RUN]["run_details"]["task_details"]:
        if task["display_name"] == "pretrain":
            for name in ("create_time", "start_time", "end_time"):
                del task[name]
    first, last = read_run(Server(""), RUN).steps
    assert (first.name, first.seconds) == ("prepare-corpus", 42.0)
    assert (last.name, last.seconds) == ("pretrain", None)


@pytest.mark.parametrize(
    ("state", "code"), [("SUCCEEDED", 0), ("SKIPPED", 0), ("FAILED", 1), ("CANCELED", 75)]
)
def test_every_end_ends_the_waiting_with_a_code_of_its_own(server, state, code):
    server.move(RUN, state)
    assert main(["status", RUN, "--wait"]) == code


def test_waiting_tells_each_change_once(server):
    def move(*state):
        return lambda: server.move(RUN, *state)

    told = []
    server.move(RUN, "RUNNING", {"a": "RUNNING"})
    clock = Clock(move("RUNNING", {"a": "RUNNING"}), move("RUNNING", {"a": "SUCCEEDED"}))
    clock.events.append(move("SUCCEEDED", {"a": "SUCCEEDED"}))
    assert wait(clock, told.append).state == "SUCCEEDED"
    assert told == ["a: RUNNING", f"run {RUN}: RUNNING", "a: SUCCEEDED", f"run {RUN}: SUCCEEDED"]


def test_a_run_canceled_elsewhere_ends_the_waiting(server):
    clock = Clock(lambda: server.move(RUN, "CANCELING"))
    assert wait(clock).state == "CANCELED"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_short_outage_is_ridden_over(server, status):
    server.failures = [status] * 4
    clock = Clock()
    clock.events = [lambda: None] * 4 + [lambda: server.move(RUN, "SUCCEEDED")]
    assert wait(clock).state == "SUCCEEDED"
    assert server.failures == []


def test_a_long_outage_is_a_dependency(server):
    server.failures = [503] * 10_000
    clock = Clock()
    with pytest.raises(DependencyError, match="503"):
        wait(clock)
    assert RIDDEN_OVER_S < clock.now_s < RIDDEN_OVER_S + 61


def test_outages_are_counted_from_the_last_answer(server):
    def fail():
        server.failures = [503] * 10

    clock = Clock(*[fail, *[lambda: None] * 12] * 40, lambda: server.move(RUN, "SUCCEEDED"))
    assert wait(clock).state == "SUCCEEDED"
    assert clock.now_s > 2 * RIDDEN_OVER_S


def test_patience_ends(server):
    with pytest.raises(DependencyError, match="has not ended after 60 s"):
        wait(Clock(), patience_s=60)


def test_a_run_that_is_not_there_is_told_at_once(server, capsys):
    assert main(["status", "run-8", "--wait"]) == 2
    assert "Run run-8 not found" in capsys.readouterr().err


def test_canceling_ends_the_run_and_its_ray_jobs_and_no_others(server, cluster, capsys):
    cluster.jobs = {
        "ours": {"spanbert/kfp-run-id": RUN},
        "other": {"spanbert/kfp-run-id": "run-8"},
        "somebody's": {},
    }
    assert main(["cancel", RUN, "--namespace", "here"]) == 0
    shown = capsys.readouterr()
    assert "CANCELED" in shown.out
    assert "deleted Ray job ours" in shown.err
    assert set(cluster.jobs) == {"other", "somebody's"}
    assert ("POST", f"/apis/v2beta1/runs/{RUN}:terminate") in server.requests


def test_a_ray_job_made_while_the_run_is_ending_is_deleted_too(server, cluster, monkeypatch):
    answer = server.answer

    def late(method, target, *rest):
        if server.runs[RUN]["state"] == "CANCELING":
            cluster.jobs["late"] = {"spanbert/kfp-run-id": RUN}
        return answer(method, target, *rest)

    monkeypatch.setattr(server, "answer", late)
    assert main(["cancel", RUN, "--namespace", "here"]) == 0
    assert cluster.jobs == {}


def test_ray_jobs_that_an_ended_run_has_left_are_deleted(server, cluster):
    server.move(RUN, "FAILED")
    cluster.jobs = {"left": {"spanbert/kfp-run-id": RUN}}
    assert main(["cancel", RUN, "--namespace", "here"]) == 0
    assert cluster.jobs == {}
    assert all(method == "GET" for method, _ in server.requests)


@pytest.mark.parametrize(("status", "code"), [(403, 2), (500, 69)])
def test_what_kubernetes_refuses_is_one_line(server, cluster, capsys, status, code):
    cluster.status = status
    assert main(["cancel", RUN, "--namespace", "here"]) == code
    shown = capsys.readouterr().err
    assert f"Kubernetes refuses ({status}" in shown
    assert shown.count("\n") == 1
    assert kubernetes_server.TOKEN not in shown


def test_no_way_to_kubernetes_is_a_matter_of_settings(server, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    assert main(["logs", RUN]) == 2
    assert "set KUBECONFIG" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "words",
        "",
        "contexts: 3",
        "{",
        CONTEXT + "clusters: [{name: k, cluster: {server: [1]}}]",
        CONTEXT + "clusters: [{name: k, cluster: {server: 'https://s', "
        "certificate-authority-data: x}}]",
    ],
)
def test_what_is_no_kubeconfig_is_one_line(server, monkeypatch, tmp_path, capsys, content):
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert main(["logs", RUN]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "set KUBECONFIG" in line


def test_logs_come_under_the_names_of_their_steps_oldest_first(cluster, capsys):
    cluster.add_pod("pod-b", LABELS | {"spanbert/step": "pretrain"}, "Running", 2, "step 1\nstep 2")
    cluster.add_pod("pod-a", LABELS | {"spanbert/step": "prepare-corpus"}, "Succeeded", 1, "kept\n")
    cluster.add_pod("pod-c", LABELS | {"spanbert/step": "finetune-qa"}, "Pending", 3)
    cluster.add_pod("driver", LABELS, "Succeeded", 0, "KFP's own")
    cluster.add_pod("x", {"pipeline/runid": "8", "spanbert/step": "pretrain"}, "Running", 0, "no")
    assert main(["logs", RUN, "--namespace", "here"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "--- prepare-corpus (pod-a)",
        "kept",
        "--- pretrain (pod-b)",
        "step 1",
        "step 2",
        "--- finetune-qa (pod-c)",
        "waiting to start",
    ]


def test_logs_of_one_step(cluster, capsys):
    for minute, step in enumerate(("prepare-corpus", "pretrain")):
        cluster.add_pod(step, LABELS | {"spanbert/step": step}, "Succeeded", minute, step)
    assert main(["logs", RUN, "pretrain", "--namespace", "here"]) == 0
    assert capsys.readouterr().out.splitlines() == ["--- pretrain (pretrain)", "pretrain"]


def test_a_run_without_pods_is_told(cluster, capsys):
    assert main(["logs", RUN, "pretrain", "--namespace", "here"]) == 3
    assert "has no pods of step pretrain" in capsys.readouterr().err


def test_a_page_to_log_in_is_no_kfp_server(server, monkeypatch):
    monkeypatch.setattr(server, "answer", lambda *request: "<html>log in</html>")
    with pytest.raises(DependencyError, match="no KFP server"):
        Server("").has_users()
    with pytest.raises(DependencyError, match="no KFP server"):
        read_run(Server(""), RUN)
