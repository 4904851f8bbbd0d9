"""A step's Ray job on Kubernetes, through its life: made, run, lost, ended, followed on."""

import json
import os
import signal
import threading

import pytest
import tiny
from cluster.kubernetes_api import KubernetesApi

from spanbert.cluster import following
from spanbert.cluster.following import Following, Listener
from spanbert.cluster.kuberay import KubeRay, delete_jobs
from spanbert.cluster.mailbox import Mailbox, Request
from spanbert.cluster.worker_pods import training_pods
from spanbert.errors import (
    ConfigError,
    DependencyError,
    NoProgressError,
    NumericsError,
    PreemptedError,
    SpanbertError,
)
from spanbert.training.keeping import is_asked_to_stop

COMING = {"jobDeploymentStatus": "Initializing"}
RUNNING = {"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"}
DONE = {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}
FAILED = {"jobDeploymentStatus": "Failed", "jobStatus": "FAILED", "reason": "AppFailed"}
HEAD_LOST = {"jobDeploymentStatus": "Failed", "jobStatus": "RUNNING", "message": "head is gone"}


class Step:
    """A step that follows its job; the plays act as the job by means of `box`."""

    def __init__(self, folder, retries=2):
        self.config = tiny.config(folder)
        self.box = Mailbox(folder / "box")
        self.lines, self.curves, self.tags = [], [], {}
        self.request = Request("pretrain", "", {"shards": "shards"}, str(folder))
        self.retries = retries

    def finish(self, status=DONE):
        def play():
            self.box.finish({"steps": 12})
            return status

        return play

    def fail(self, error):
        def play():
            self.box.fail(error)
            return FAILED

        return play

    def say(self, line):
        def play():
            self.box.say(line)
            return RUNNING

        return play

    def run(self):
        listener = Listener(self.lines.append, self._follow, self.tags.update)
        jobs = self.jobs()
        return Following(jobs, self.box, listener, "tiny-0123", self.retries, 20.0).run(
            self.request
        )

    def jobs(self):
        return KubeRay(self.config, training_pods(self.config))

    def _follow(self, curve):
        self.curves.append(curve)
        return open(os.devnull)


@pytest.fixture
def step(tmp_path):
    return Step(tmp_path)


@pytest.fixture
def api(tmp_path, monkeypatch):
    monkeypatch.setattr(following, "_LOOK_S", 0.01)
    with KubernetesApi() as running:
        monkeypatch.setenv("KUBECONFIG", str(running.write_kubeconfig(tmp_path / "kubeconfig")))
        yield running


def test_a_job_that_ends_well_gives_its_counts_and_its_lines(api, step):
    api.plays = [[COMING, step.say("step 6"), step.say("step  12"), step.finish()]]
    assert step.run() == {"steps": 12}
    assert step.lines[-2:] == ["step 6", "step 12"]
    assert step.tags["ray.job"] == "tiny-0123-1"
    assert api.created == ["tiny-0123-1"]


def test_the_figures_are_followed_from_when_the_job_tells_their_file(api, step, tmp_path):
    def told():
        step.box.tell_curve(tmp_path / "curve.jsonl")
        return RUNNING

    api.plays = [[COMING, told, RUNNING, step.finish()]]
    step.run()
    assert step.curves == [tmp_path / "curve.jsonl"]


def test_an_error_that_the_job_tells_is_raised_with_its_code_and_not_tried_again(api, step):
    api.plays = [[RUNNING, step.fail(NumericsError("diverged at step 7"))]]
    with pytest.raises(SpanbertError, match="diverged at step 7") as raised:
        step.run()
    assert raised.value.exit_code == 65
    assert len(api.created) == 1


@pytest.mark.parametrize("lost", [HEAD_LOST, FAILED])
def test_a_lost_head_is_a_new_job_that_goes_on(api, step, lost):
    api.plays = [[COMING, RUNNING, lost], [COMING, RUNNING, step.finish()]]
    assert step.run() == {"steps": 12}
    assert api.created == ["tiny-0123-1", "tiny-0123-2"]
    assert api.deleted == ["tiny-0123-1"]  # its machines are wanted


def test_jobs_that_are_lost_again_and_again_end_the_step(api, step):
    api.plays = [[HEAD_LOST]] * 5
    with pytest.raises(DependencyError, match="head is gone"):
        step.run()
    assert len(api.created) == 1 + step.retries


def test_a_job_that_somebody_deletes_is_the_end_and_none_is_made_in_its_place(api, step):
    def deleted():
        api.jobs.clear()
        return RUNNING

    api.plays = [[RUNNING, deleted]]
    with pytest.raises(PreemptedError):
        step.run()
    assert len(api.created) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ({"jobDeploymentStatus": "ValidationFailed", "reason": "ValidationFailed"}, ConfigError),
        ({"jobDeploymentStatus": "Failed", "reason": "DeadlineExceeded"}, NoProgressError),
        ({"jobDeploymentStatus": "Failed", "reason": "PreRunningDeadlineExceeded"}, ConfigError),
    ],
)
def test_what_would_fail_again_is_not_tried_again(api, step, status, kind):
    api.plays = [[status]]
    with pytest.raises(kind):
        step.run()
    assert len(api.created) == 1


def test_a_step_of_another_run_takes_over_the_job_that_is_there(api, step, monkeypatch):
    monkeypatch.setenv("SPANBERT_KFP_RUN_ID", "first")
    api.plays = [[RUNNING]]
    first = Step(step.box.folder.parent)
    first.box.ask(first.request)
    first.jobs().start(first.box.name_job("tiny-0123"), "python")
    api._plays_of["tiny-0123-1"] = [RUNNING, step.finish()]
    monkeypatch.setenv("SPANBERT_KFP_RUN_ID", "second")
    assert step.run() == {"steps": 12}
    assert api.created == ["tiny-0123-1"]
    assert delete_jobs("team", "first") == []
    assert delete_jobs("team", "second") == ["tiny-0123-1"]


def test_finished_work_is_not_done_again(api, step):
    api.plays = [[step.finish()]]
    assert step.run() == step.run() == {"steps": 12}
    assert len(api.created) == 1


def test_a_server_that_is_away_for_a_while_is_waited_for(api, step):
    api.failures = [503, 429, 500]
    api.plays = [[RUNNING, step.finish()]]
    assert step.run() == {"steps": 12}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_told_at_once_with_what_to_look_at(api, step, status):
    api.failures = [status]
    with pytest.raises(ConfigError, match=f"{status}.*auth can-i"):
        step.run()
    assert not api.created


def test_sigterm_asks_the_job_for_its_last_checkpoint(api, step, tmp_path):
    def told():
        step.box.tell_curve(tmp_path / "work" / "curve.jsonl")
        return RUNNING

    def leaves():
        if not is_asked_to_stop(tmp_path / "work"):
            os.kill(os.getpid(), signal.SIGTERM)
            return RUNNING
        step.box.fail(PreemptedError("asked to stop: the checkpoint after step 6 is saved"))
        return FAILED

    assert threading.current_thread() is threading.main_thread()
    (tmp_path / "work").mkdir()
    api.plays = [[told, RUNNING, leaves, leaves, leaves, leaves]]
    with pytest.raises(SpanbertError, match="step 6 is saved") as raised:
        step.run()
    assert raised.value.exit_code == 75


def test_sigterm_before_the_work_has_begun_ends_the_job(api, step):
    def leaves():
        os.kill(os.getpid(), signal.SIGTERM)
        return COMING

    api.plays = [[COMING, leaves, COMING]]
    with pytest.raises(PreemptedError):
        step.run()
    assert api.deleted == ["tiny-0123-1"]


def test_a_job_that_waits_for_its_machines_is_told_of(api, step, monkeypatch):
    monkeypatch.setattr(following, "_TOLD_AGAIN_S", 0.0)
    api.plays = [[COMING | {"message": "no nodes"}, COMING, step.finish()]]
    step.run()
    assert any("still waits for its machines no nodes" in line for line in step.lines)


def test_jobs_of_a_run_are_deleted_by_its_label_and_no_others(api, step, monkeypatch):
    for number, run in enumerate(("mine", "mine", "other")):
        monkeypatch.setenv("SPANBERT_KFP_RUN_ID", run)
        step.jobs().start(f"job-{number}", "python")
    assert delete_jobs("team", "mine") == ["job-0", "job-1"]
    assert list(api.jobs) == ["job-2"]


def test_requests_carry_the_token_and_the_object_does_not(api, step):
    api.plays = [[step.finish()]]
    step.run()
    assert api.tokens == {"Bearer canary-of-a-token"}
    assert "canary" not in json.dumps(api.jobs)
