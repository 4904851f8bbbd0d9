"""The whole pipeline on a tiny corpus, through kfp, Ray and MLflow, as a user runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import layouts
import mlflow
import pytest
import tiny

from pipelines.local import run_local, sources_digest
from pipelines.processes import processes_of
from spanbert.config import Config, load_config, to_toml
from spanbert.errors import ConfigError
from spanbert.progress import silent

PATHS = os.pathsep.join(str(Path(__file__).parents[2] / part) for part in ("src", "."))


@dataclass(frozen=True)
class Run:
    """A started or finished `spanbert run`."""

    config: Config
    settings: Path

    @property
    def folder(self):
        return Path(self.config.run.folder) / self.config.run_id

    def start(self):
        command = [sys.executable, "-m", "spanbert.cli", "run", "--config", str(self.settings)]
        return subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": PATHS},
            cwd=self.settings.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # tests that were started in the background ignore Ctrl-C, and so would this
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def wait_for(self, process, pattern):
        """Read the output up to a line that matches."""
        for line in process.stdout:
            if re.search(pattern, line):
                return
        raise AssertionError(f"ended without {pattern!r}")


def prepare(folder, *overrides):
    tiny.write_corpus(folder)
    tiny.write_questions(folder)
    settings = folder / "tiny.toml"
    settings.write_text(to_toml(tiny.config(folder, *overrides)))
    return Run(load_config(settings), settings)


def results_of(run):
    return json.loads((run.folder / "results.json").read_text())


def end_group(process):
    """SIGKILL the run itself; its children are in sessions of their own."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    run = prepare(tmp_path_factory.mktemp("run"))
    process = run.start()
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    return run, output


@pytest.mark.ray
def test_it_ends_with_a_table_and_how_to_go_on(finished):
    _, output = finished
    table = output[output.index("Held-out loss") :]
    for told in ("masked token", "pre-trained", "random weights", "report.html", " ui --config"):
        assert told in table
    assert "Traceback" not in output


@pytest.mark.ray
def test_no_process_is_left(finished):
    assert processes_of(finished[0].folder) == []


@pytest.mark.ray
def test_results_account_for_the_run(finished):
    run, _ = finished
    results = results_of(run)
    corpus = results["corpus"]
    lost = sum(corpus["dropped"].values()) + sum(corpus["quarantined"].values())
    assert corpus["records_in"] == corpus["kept"] + corpus["held_out"] + lost == 60
    assert [point["step"] for point in results["pretraining"]["curve"]] == [3, 6, 9, 12]
    assert [scores["start"] for scores in results["qa"]] == ["pre-trained", "random weights"]
    assert all(scores["num_questions"] == 24 for scores in results["qa"])
    assert results["held_out"]["unigram_entropy"] > 0
    assert results["config_toml"] == to_toml(run.config)


@pytest.mark.ray
def test_one_parent_run_with_a_child_for_each_step(finished):
    run, _ = finished
    client = mlflow.MlflowClient(f"sqlite:///{run.config.run.folder}/mlflow.db")
    experiment = client.get_experiment_by_name("spanbert")
    runs = client.search_runs([experiment.experiment_id])
    parents = [r for r in runs if "mlflow.parentRunId" not in r.data.tags]
    assert len(parents) == 1
    assert parents[0].data.metrics["qa_f1_pre-trained"] == pytest.approx(
        results_of(run)["qa"][0]["f1"]
    )
    assert {r.info.status for r in runs} == {"FINISHED"}
    assert len(runs) == 13  # the parent and twelve steps
    (pretrain,) = [r for r in runs if r.info.run_name == "pretrain"]
    points = client.get_metric_history(pretrain.info.run_id, "mlm_loss")
    assert [p.step for p in points] == [3, 6, 9, 12]
    assert pretrain.data.params["training.steps"] == "12"


@pytest.mark.ray
def test_the_registered_model_answers(finished):
    run, _ = finished
    mlflow.set_tracking_uri(f"sqlite:///{run.config.run.folder}/mlflow.db")
    model = mlflow.pyfunc.load_model("models:/spanbert-qa@latest-evaluated")
    context = "Ann of Bergen painted it near Oslo."
    (answer,) = model.predict([{"question": "Where?", "context": context}])
    assert answer["text"] == context[answer["start"] : answer["end"]]
    encoder = mlflow.pyfunc.load_model("models:/spanbert@latest-evaluated")
    (filled,) = encoder.predict([{"text": "Ann [MASK] it near [MASK]."}])
    masks = [mask for span in filled["spans"] for mask in span["masks"]]
    assert [len(mask["by_both"]) for mask in masks] == [5, 5]


@pytest.mark.ray
def test_running_again_repeats_nothing_and_gives_the_same(finished):
    run, first_output = finished
    before = (run.folder / "results.json").read_bytes()
    process = run.start()
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    assert "pretrain" not in output
    assert (run.folder / "results.json").read_bytes() == before
    assert output[output.index("Held-out") :] == first_output[first_output.index("Held-out") :]


@pytest.mark.ray
def test_f48_a_damaged_artifact_of_a_finished_step_is_made_again_and_nothing_else(finished):
    run, _ = finished
    before = results_of(run)
    (tokens,) = run.folder.glob("pipeline/*/build-shards/shards/00000.tokens")
    content = bytearray(tokens.read_bytes())
    content[7] ^= 1
    tokens.write_bytes(content)
    output, _ = (process := run.start()).communicate(timeout=200)
    assert process.returncode == 0, output
    assert "made again" in output
    assert "00000.tokens: content differs" in output
    assert "build-shards" in output
    assert "starting Ray" not in output
    assert results_of(run)["provenance"]["artifacts"] == before["provenance"]["artifacts"]


@pytest.mark.ray
def test_changed_questions_are_scored_again_without_training_the_encoder_again(finished):
    run, _ = finished
    before = results_of(run)
    questions = run.settings.parent / "questions.json"
    content = json.loads(questions.read_text())
    del content["data"][0]["paragraphs"][20:]
    questions.write_text(json.dumps(content))
    output, _ = (process := run.start()).communicate(timeout=200)
    assert process.returncode == 0
    after = results_of(run)
    assert [scores["num_questions"] for scores in after["qa"]] == [20, 20]
    assert "starting Ray" not in output
    assert after["provenance"]["artifacts"] == before["provenance"]["artifacts"]


def test_a_failing_step_ends_the_run_with_its_code_and_one_line(tmp_path):
    run = prepare(tmp_path, "corpus.min_characters=1000000")
    process = run.start()
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 3
    errors = [line for line in output.splitlines() if line.startswith("spanbert: error:")]
    assert len(errors) == 1
    assert "too_short" in errors[0]
    assert not (run.folder / "results.json").exists()


def test_broken_questions_are_refused_before_any_step(tmp_path):
    run = prepare(tmp_path)
    questions = tmp_path / "questions.json"
    questions.write_text(questions.read_text().replace('"answer_start": ', '"answer_start": 9'))
    output, _ = (process := run.start()).communicate(timeout=100)
    assert process.returncode == 3
    assert "answer_start" in output
    assert "prepare-corpus" not in output
    assert not run.folder.exists()


def test_a_start_is_part_of_what_a_run_reads(tmp_path):
    theirs = tmp_path / "theirs"
    layouts.bert("BertModel", max_position_embeddings=64).save_pretrained(theirs)
    run = prepare(tmp_path, f"training.start={theirs}", "tokenizer.path=theirs")
    before = sources_digest(run.config)
    with (theirs / "model.safetensors").open("ab") as handle:
        handle.write(b" ")
    assert sources_digest(run.config) != before


def test_a_start_without_a_vocabulary_is_refused_before_any_step(tmp_path):
    layouts.bert("BertModel", max_position_embeddings=64).save_pretrained(tmp_path / "theirs")
    run = prepare(tmp_path, f"training.start={tmp_path / 'theirs'}")
    with pytest.raises(ConfigError, match="no vocabulary"):
        run_local(run.config, silent)
    assert not run.folder.exists()


def test_more_workers_than_processors_are_refused_at_once(tmp_path):
    run = prepare(tmp_path, "training.num_workers=4096")
    began_s = time.monotonic()
    output, _ = (process := run.start()).communicate(timeout=100)
    assert process.returncode == 2
    assert "asks for 4096 CPUs" in output
    assert time.monotonic() - began_s < 60
    assert not run.folder.exists()


def test_ctrl_c_leaves_no_process(tmp_path):
    run = prepare(tmp_path)
    process = run.start()
    run.wait_for(process, "prepare-corpus")
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again" in output
    assert processes_of(run.folder) == []


@pytest.mark.ray
def test_f53_sigterm_while_pretraining_saves_and_ends_all_processes_with_exit_75(tmp_path):
    run = prepare(tmp_path, "training.steps=3000", "training.log_every_steps=10")
    process = run.start()
    run.wait_for(process, r"step \d+/3000")
    os.kill(process.pid, signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 75, output
    assert "run the same command again to go on" in output
    assert processes_of(run.folder) == []
    assert list(run.folder.glob("work/*/checkpoints/step-*"))


def test_f53_sigterm_in_another_step_ends_all_processes_with_exit_75(tmp_path):
    run = prepare(tmp_path)
    process = run.start()
    run.wait_for(process, "prepare-corpus")
    os.kill(process.pid, signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 75, output
    assert processes_of(run.folder) == []


def test_a_second_run_of_the_same_settings_is_refused_with_the_owner(tmp_path):
    run = prepare(tmp_path)
    first = run.start()
    run.wait_for(first, "prepare-corpus")
    output, _ = (second := run.start()).communicate(timeout=100)
    os.kill(first.pid, signal.SIGINT)
    first.communicate(timeout=60)
    assert second.returncode == 2
    assert re.search(rf"process {first.pid} on \S+, for \d+ s, is running these settings", output)


def renamed(results, folders):
    """The results with other names of folders: files are named by their paths."""
    text = json.dumps(results)
    for folder, name in folders.items():
        text = text.replace(folder, name)
    return json.loads(text)


@pytest.mark.slow
@pytest.mark.ray
def test_a_killed_run_goes_on_and_ends_with_the_same_results(tmp_path):
    overrides = ("training.steps=4000", "training.warmup_steps=300")
    overrides += ("training.checkpoint_every_steps=500", "training.log_every_steps=100")
    for name in ("cut", "uncut"):
        (tmp_path / name).mkdir()
    cut, uncut = (prepare(tmp_path / name, *overrides) for name in ("cut", "uncut"))
    first = cut.start()
    cut.wait_for(first, r"step [12]\d00/4000")
    end_group(first)
    assert not (cut.folder / "results.json").exists()
    output, _ = (second := cut.start()).communicate(timeout=600)
    assert second.returncode == 0, output
    assert "going on from the checkpoint after step" in output
    assert (process := uncut.start()).communicate(timeout=600)
    assert process.returncode == 0
    folders = {str(tmp_path / name): "HERE" for name in ("cut", "uncut")}
    a, b = (renamed(results_of(run), folders) for run in (cut, uncut))
    for results in (a, b):  # the sources lie in folders of their own
        for key in ("run_id", "config_toml"):
            results.pop(key)
        results["provenance"].pop("config_digest")
    assert a == b
