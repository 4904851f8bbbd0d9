"""Corpus and shards of a step: by itself, or as RayJobs whose entrypoints run as processes here."""

import re
import time
from contextlib import nullcontext

import pytest
import tiny
from cluster import entrypoints
from cluster.kubernetes_api import KubernetesApi

from spanbert.cluster import following
from spanbert.cluster.doing import do_work
from spanbert.cluster.following import Listener
from spanbert.errors import DataError, DependencyError, SpanbertError
from spanbert.storage import read_manifest, verify

RUNNING = {"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"}
DONE = {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}
FAILED = {"jobDeploymentStatus": "Failed", "jobStatus": "FAILED", "reason": "AppFailed"}
HEAD_LOST = {"jobDeploymentStatus": "Failed", "jobStatus": "RUNNING", "message": "head is gone"}
AS_JOBS = ("cluster.ray=kuberay", "corpus.num_workers=2")


class Step:
    """A step on the corpus in a folder, beside the volume that it shares with its jobs."""

    def __init__(self, folder, *settings):
        self.folder, self.lines = folder, []
        self.config = tiny.config(folder, *settings)

    def do(self, kind, inputs, outputs, **more):
        folders = {role: self.folder / role for role in outputs}
        counts = do_work(
            kind,
            self.config,
            inputs=inputs,
            outputs=folders,
            work_root=self.folder / "volume" / "work",
            listener=Listener(self.lines.append, lambda curve: nullcontext(), lambda tags: None),
            **more,
        )
        return counts, folders

    def prepare_corpus(self, version=""):
        return self.do("corpus", {}, ("documents", "held_out"), version=version)

    def build_shards(self, artifacts):
        inputs = {name: getattr(artifacts, name) for name in ("documents", "held_out", "tokenizer")}
        return self.do("shards", inputs, ("shards", "held_out_shards"))


def finishes(api):
    """A play in which the entrypoint of a job runs to its end."""

    def play():
        code = entrypoints.start(entrypoint(api)).wait()
        return FAILED if code else DONE

    return [RUNNING, play, DONE]


def entrypoint(api):
    return api.jobs[api.created[-1]]["spec"]["entrypoint"]


@pytest.fixture
def api(tmp_path, monkeypatch):
    monkeypatch.setattr(following, "_LOOK_S", 0.01)
    with KubernetesApi() as running:
        monkeypatch.setenv("KUBECONFIG", str(running.write_kubeconfig(tmp_path / "kubeconfig")))
        yield running


def test_one_worker_is_the_step_itself(api, tmp_path):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    counts, made = Step(tmp_path, "cluster.ray=kuberay").prepare_corpus()
    assert counts["kept"] > 0
    assert all(verify(folder, "documents") for folder in made.values())
    assert not api.created


@pytest.mark.ray
def test_documents_of_a_job_are_those_of_the_step_itself(api, tmp_path):
    by_kind = {}
    for name, settings in {"job": AS_JOBS, "alone": ()}.items():
        (tmp_path / name).mkdir()
        tiny.write_corpus(tmp_path / name)
        tiny.write_questions(tmp_path / name)
        api.plays = [finishes(api)]
        counts, made = Step(tmp_path / name, *settings).prepare_corpus()
        digests = [read_manifest(folder, "documents").files for folder in made.values()]
        by_kind[name] = (counts["kept"], digests)
    assert by_kind["job"] == by_kind["alone"]
    assert len(api.created) == 1


@pytest.mark.ray
def test_sources_of_another_version_are_read_again_and_the_same_are_not(api, tmp_path):
    tiny.write_corpus(tmp_path, 40)
    tiny.write_questions(tmp_path)
    step = Step(tmp_path, *AS_JOBS)
    api.plays = [finishes(api)]
    before, _ = step.prepare_corpus("monday")
    tiny.write_corpus(tmp_path, 60)
    tiny.write_questions(tmp_path)
    again, _ = step.prepare_corpus("monday")
    api.plays = [finishes(api)]
    after, _ = step.prepare_corpus("tuesday")
    assert before == again
    assert (before["records_in"], after["records_in"]) == (40, 60)
    assert len(api.created) == 2


@pytest.mark.ray
def test_an_error_of_the_corpus_comes_back_with_its_code_and_is_not_tried_again(api, tmp_path):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    api.plays = [finishes(api)]
    with pytest.raises(SpanbertError) as raised:
        Step(tmp_path, *AS_JOBS, "corpus.min_characters=1000000").prepare_corpus()
    assert raised.value.exit_code == DataError.exit_code
    assert len(api.created) == 1
    assert not (tmp_path / "documents").exists()


@pytest.mark.ray
def test_shards_whose_head_is_lost_are_made_by_a_second_job(api, artifacts, tmp_path):
    step = Step(tmp_path, *AS_JOBS)

    def is_lost():
        process = entrypoints.start(entrypoint(api))
        while not list((tmp_path / "volume").rglob("lock")):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
        return HEAD_LOST

    api.plays = [[RUNNING, is_lost, HEAD_LOST], finishes(api)]
    counts, made = step.build_shards(artifacts)
    assert len(api.created) == 2
    assert any("head is gone" in line for line in step.lines)
    for role, folder in made.items():
        assert verify(folder, "shards").files == verify(getattr(artifacts, role), "shards").files
        assert counts[role]["tokens"] == read_manifest(folder, "shards").counts["tokens"]


@pytest.mark.parametrize("name", ["a", "b" * 40, "c" * 19 + "-d"])
def test_a_job_is_named_for_its_run_and_kind_as_kuberay_takes_it(api, artifacts, tmp_path, name):
    step = Step(tmp_path, *AS_JOBS, f"run.name={name}", "cluster.job_retries=0")
    api.plays = [[FAILED]]
    with pytest.raises(DependencyError, match="without an answer"):
        step.build_shards(artifacts)
    (job,) = api.created
    assert re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", job)
    assert len(job) <= 47 - len("00000")  # it ends with a number that grows
    assert job.startswith(f"{name[:20].strip('-')}-shards-")
