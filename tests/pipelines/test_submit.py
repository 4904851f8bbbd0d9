"""Runs submitted to a KFP server, whose every request is held against KFP's definitions."""

import json
import subprocess
import sys

import kfp_server
import pytest

from pipelines.parameters import run_parameters
from pipelines.server import Server
from pipelines.submit import Submission, submit_run
from spanbert.cli import main
from spanbert.config import load_config, parse_config
from spanbert.errors import ConfigError
from spanbert.progress import silent

TOKEN = "canary-of-a-token"
SETTINGS = f"""
[run]
name = "demo"
[corpus]
sources = ["/spanbert/data/*.jsonl"]
[qa]
train = ["/spanbert/data/train.json"]
dev = ["/spanbert/data/dev.json"]
[registry]
tracking_uri = "http://mlflow.spanbert.svc:5000"
[cluster]
image = "registry.example/spanbert@sha256:{"0a" * 32}"
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No token, address or cluster of whoever runs the tests."""
    for name in ("KFP_TOKEN", "KF_PIPELINES_SA_TOKEN_PATH", "KF_PIPELINES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))


@pytest.fixture
def server():
    with kfp_server.serve() as server:
        yield server


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "demo.toml"
    path.write_text(SETTINGS)
    return str(path)


def submit(server, settings, *more):
    return main(["submit", "--config", settings, "--host", server.url, *more])


def only(values):
    (value,) = values.values()
    return value


def test_a_run_gets_its_settings_its_folder_on_the_volume_and_a_link(server, settings, capsys):
    assert submit(server, settings) == 0
    run_id, link = capsys.readouterr().out.splitlines()
    config = load_config(settings)
    run = server.runs[run_id]
    assert link == f"{server.url}/#/runs/details/{run_id}"
    assert run["display_name"] == config.run_id
    parameters = run["runtime_config"]["parameters"]
    assert parameters["run_folder"] == f"/spanbert/runs/{config.run_id}"
    there = parse_config(parameters["config_toml"])
    assert there.run_id == config.run_id
    assert there.run.folder == "/spanbert/runs"


def test_submitting_twice_uploads_one_version(server, settings):
    assert [submit(server, settings), submit(server, settings)] == [0, 0]
    assert len(server.pipelines) == len(server.versions) == len(server.packages) == 1
    assert len(server.experiments) == 1
    assert len(server.runs) == 2


@pytest.mark.parametrize("change", ["training.steps=99999", 'cluster.step_cpus="3"'])
def test_other_settings_or_another_placement_are_another_version(server, settings, change):
    submit(server, settings)
    submit(server, settings, "--set", change)
    assert len(server.pipelines) == 1
    assert len(server.versions) == 2


def test_what_the_sources_are_is_in_the_parameters_of_every_step(server, settings):
    for word in ("monday", "monday", "tuesday"):
        assert submit(server, settings, "--sources-version", word) == 0
    first, second, third = (run["runtime_config"]["parameters"] for run in server.runs.values())
    assert first == second
    assert first["config_toml"] != third["config_toml"]  # which every step takes


def test_without_a_version_of_the_sources_no_run_takes_what_another_made(server, settings):
    submit(server, settings)
    submit(server, settings)
    first, second = (run["runtime_config"]["parameters"] for run in server.runs.values())
    assert first["config_toml"] != second["config_toml"]


def test_a_server_with_users_is_told_the_namespace(settings):
    with kfp_server.serve(has_users=True) as server:
        assert submit(server, settings, "--namespace", "ann", "--experiment", "e") == 0
        assert only(server.experiments)["namespace"] == only(server.pipelines)["namespace"] == "ann"
        assert only(server.experiments)["display_name"] == "e"


def test_an_unknown_parameter_is_refused_and_nothing_is_sent(server, settings):
    config = load_config(settings)
    parameters = run_parameters(config, "v1") | {"sources_digests": "v1"}
    with pytest.raises(ConfigError, match="did you mean sources_digest"):
        submit_run(Server(server.url), config, parameters, Submission("n", "e"), silent)
    assert server.requests == []


def test_a_missing_parameter_is_refused_and_nothing_is_sent(server, settings):
    config = load_config(settings)
    parameters = {"run_folder": "/spanbert/runs/x"}
    with pytest.raises(ConfigError, match="needs sources_digest"):
        submit_run(Server(server.url), config, parameters, Submission("n", "e"), silent)
    assert server.requests == []


def test_fine_tuning_alone_is_a_pipeline_of_its_own_and_needs_no_text(server, settings):
    alone = ("--set", "corpus.sources=[]", "--set", 'training.start="/spanbert/encoder"')
    assert submit(server, settings, *alone) == 0
    assert submit(server, settings) == 0
    names = sorted(pipeline["name"] for pipeline in server.pipelines.values())
    assert names == ["spanbert", "spanbert-finetuning"]
    assert submit(server, settings, *alone, "--set", 'qa.test=["test.json"]') == 2


def test_files_of_every_kind_of_task_are_asked_for_and_must_lie_on_the_volume(
    server, settings, capsys
):
    coref = ("--set", 'coref.train=["/spanbert/data/train.conll"]')
    assert submit(server, settings, *coref) == 2
    assert "coref.dev names no file" in capsys.readouterr().err
    assert submit(server, settings, *coref, "--set", 'coref.dev=["dev.conll"]') == 2
    assert "coref.dev: 'dev.conll' is not on the volume" in capsys.readouterr().err
    assert submit(server, settings, *coref, "--set", 'coref.dev=["/spanbert/data/dev.conll"]') == 0
    assert only(server.pipelines)["name"] == "spanbert"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "corpus.sources=[]"], "corpus.sources names no file"),
        (["--set", 'qa.dev=["dev.json"]'], "'dev.json' is not on the volume"),
        (["--set", "training.stepz=1"], "did you mean training.steps"),
        (["--set", "cluster.step_memory=1.5Gi"], "'1.5Gi' is no quantity of bytes"),
        (["--sources-version", "two\nlines"], "is not one word"),
        (["--every", "0 3 * * *"], "has not six fields"),
        (["--every", "0 0 3 * * *", "--wait"], "--wait waits for one run"),
        (["--every", "0 0 3 * * *", "--sources-version", "v1"], "a recurring one takes its times"),
        (["--every", "0 0 25 * * *"], "'25' is no hour of a schedule, which is 0 to 23"),
        (["--set", "cluster.image=spanbert@sha256:0123"], "64 of 0-9 and a-f"),
        (["--set", 'training.checkpoint_url="s3:///checkpoints"'], "s3://BUCKET/FOLDER"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(server, settings, capsys, words, told):
    assert submit(server, settings, *words) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [told in line for line in errors if line.startswith("spanbert: error:")] == [True]
    assert server.requests == []


def test_an_image_without_a_digest_is_warned_of(server, settings, capsys):
    submit(server, settings)
    assert "warning" not in capsys.readouterr().err
    submit(server, settings, "--set", "cluster.image=spanbert:latest")
    assert "'spanbert:latest' has no digest" in capsys.readouterr().err


def test_a_recurring_run_has_its_schedule_and_marks_each_run_by_its_time(server, settings, capsys):
    assert submit(server, settings, "--every", "0 0 3 * * *") == 0
    recurring_id, link = capsys.readouterr().out.splitlines()
    recurring = server.recurring[recurring_id]
    assert link.endswith(f"/#/recurringrun/details/{recurring_id}")
    assert recurring["trigger"] == {"cron_schedule": {"cron": "0 0 3 * * *"}}
    assert recurring["mode"] == "ENABLE"
    parameters = recurring["runtime_config"]["parameters"]
    assert "[[ScheduledTime]]" in parameters["config_toml"]
    assert server.runs == {}


def test_a_token_goes_into_the_header_and_nowhere_else(settings, tmp_path):
    with kfp_server.serve(token=TOKEN) as server:
        path = tmp_path / "token"
        path.write_text(TOKEN + "\n")
        command = [sys.executable, "-m", "spanbert.cli", "submit", "--config", settings, "--debug"]
        done = subprocess.run(
            [*command, "--host", server.url],
            env={"KF_PIPELINES_SA_TOKEN_PATH": str(path), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert TOKEN not in done.stdout + done.stderr
        assert TOKEN not in json.dumps([server.requests, server.runs, server.packages])
        assert any("spanbert.cli" in line for line in server.arguments)
        assert not any(TOKEN in line for line in server.arguments)


def test_a_refused_token_is_not_told(settings, monkeypatch, capsys):
    with kfp_server.serve(token=TOKEN) as server:
        monkeypatch.setenv("KFP_TOKEN", "another-canary")
        assert submit(server, settings) == 2
    shown = capsys.readouterr()
    assert "KFP refuses (401)" in shown.err
    assert "KFP_TOKEN" in shown.err
    assert "canary" not in shown.out + shown.err


def test_a_renewed_token_is_taken_at_once(monkeypatch, tmp_path):
    path = tmp_path / "token"
    path.write_text("old")
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(path))
    with kfp_server.serve(token="new") as server:
        client = Server(server.url)
        with pytest.raises(ConfigError, match="401"):
            client.has_users()
        path.write_text("new")
        assert client.has_users() is False


@pytest.mark.parametrize("host", ["http://kfp.example", "http://10.0.0.1:8888", "http://svc.evil"])
def test_a_token_is_not_sent_where_others_could_read_it(host, monkeypatch):
    monkeypatch.setenv("KFP_TOKEN", TOKEN)
    with pytest.raises(ConfigError, match="plain http") as refused:
        Server(host)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        "https://kfp.example/pipeline",
        "http://localhost:8888",
        "http://[::1]:8888",
        "http://ml-pipeline.kubeflow.svc:8888",
        "http://ml-pipeline.kubeflow.svc.cluster.local:8888",
    ],
)
def test_a_token_may_go_over_tls_to_this_machine_and_inside_a_cluster(host, monkeypatch):
    monkeypatch.setenv("KFP_TOKEN", TOKEN)
    assert Server(host).host == host


@pytest.mark.parametrize(
    "host", ["", "kfp.example", "ftp://kfp.example", "https://me:pw@kfp", "http://[::1"]
)
def test_what_is_no_address_is_refused_without_its_password(host):
    with pytest.raises(ConfigError) as refused:
        Server(host)
    assert "pw" not in str(refused.value).replace("https://HOST/pipeline", "")


def test_the_address_may_stand_in_the_environment(server, monkeypatch):
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", server.url)
    assert Server("").has_users() is False


def test_a_server_that_is_away_is_a_dependency(settings, capsys):
    with kfp_server.serve() as server:
        pass
    assert submit(server, settings) == 69
    assert "does not answer" in capsys.readouterr().err


def test_a_busy_server_is_a_dependency(server, settings, capsys):
    server.failures = [503]
    assert submit(server, settings) == 69
    assert "no healthy upstream" in capsys.readouterr().err
    assert server.runs == {}


@pytest.mark.parametrize("token", ["two\nlines", "with blanks in it", "tökén"])
def test_what_is_no_token_is_refused_and_not_shown(server, settings, capsys, monkeypatch, token):
    monkeypatch.setenv("KFP_TOKEN", token)
    assert submit(server, settings) == 2
    shown = capsys.readouterr()
    assert "this is no token -> " in shown.err
    assert token not in shown.out + shown.err
