"""A suite: its pipeline as compiled, and a tiny one run, killed and run again."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
import tiny
import tiny_suite
import yaml
from google.protobuf import json_format
from kfp import compiler
from kfp.pipeline_spec import pipeline_spec_pb2

from pipelines.local_suite import run_suite
from pipelines.processes import processes_of
from pipelines.suite import build_suite
from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.errors import ConfigError
from spanbert.lease import sole_owner
from spanbert.progress import silent
from spanbert.suite.plan import Asked, plan_suite

PATHS = os.pathsep.join(str(Path(__file__).parents[2] / part) for part in ("src", "."))


def compiled(path, *names):
    """The specification of a suite with cells of these names."""
    cells = [
        {"config_toml": f'[run]\nname = "{n}"\n', "run_folder": f"/r/{n}", "benchmark": n}
        for n in names
    ]
    compiler.Compiler().compile(build_suite({"qa": cells}), str(path))
    (content,) = yaml.safe_load_all(path.read_text())
    return content


def test_it_compiles_to_the_same_bytes_and_is_a_valid_specification(tmp_path):
    content = compiled(tmp_path / "a.yaml", "x", "y")
    compiled(tmp_path / "b.yaml", "x", "y")
    text = (tmp_path / "a.yaml").read_text()
    assert text == (tmp_path / "b.yaml").read_text()
    json_format.ParseDict(content, pipeline_spec_pb2.PipelineSpec())
    assert "condition" not in json.dumps(content["root"])
    assert not re.search(r"pip\d? install", text)
    names = {name.removeprefix("exec-") for name in content["deploymentSpec"]["executors"]}
    assert names == {"import-start", "finetune-qa", "evaluate-qa", "keep-scores", "write-suite"}
    assert json.dumps(content).count('"parallelismLimit": 1') == 1


def test_the_table_is_written_whatever_the_cells_do(tmp_path):
    tasks = compiled(tmp_path / "a.yaml", "x")["root"]["dag"]["tasks"]
    assert tasks["write-suite"]["dependentTasks"] == ["qa-cells"]
    policy = tasks["write-suite"]["triggerPolicy"]
    assert policy == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}


def test_a_grown_suite_finds_its_steps_under_the_names_they_had(tmp_path):
    small, grown = (
        compiled(tmp_path / f"{len(n)}.yaml", *n)["deploymentSpec"] for n in ("x", "wx")
    )
    assert small == grown


def test_a_second_run_of_the_same_suite_is_refused_before_a_step(start, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "suite")
    asked = Asked(str(path), path.parent / "data", start, (1,))
    plan = plan_suite(asked, tiny.config(tmp_path), "code")
    folder = tmp_path / "runs" / plan.id
    with sole_owner(folder), pytest.raises(ConfigError, match="is running these settings"):
        run_suite(plan, silent)
    assert not (folder / "pipeline").exists()


def test_a_mistake_is_told_in_one_line(tmp_path, capsys):
    words = ["evaluate", "--data", str(tmp_path), "--start", "nowhere", "--suite=no.toml"]
    assert main(words) == 2
    assert re.fullmatch(r"spanbert: error: no\.toml: cannot read it .*\n", capsys.readouterr().err)


def test_files_that_cannot_be_used_keep_their_row_and_are_a_failure(start, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "suite")
    (path.parent / "data" / "b.json").write_text("{}")
    asked = Asked(str(path), path.parent / "data", start, (1,), only=("second", "third"))
    results, failure = run_suite(plan_suite(asked, tiny.config(tmp_path), "code"), silent)
    assert failure is not None
    assert failure.exit_code == 3
    second, third = (row["why_not"] for row in results["benchmarks"])
    assert second == str(failure)
    assert third.startswith("absent from ")


class Evaluate:
    """`spanbert evaluate --suite` on tiny files, with what all its calls have told."""

    def __init__(self, folder, start):
        self.suite, self.start_folder = tiny_suite.write_suite(folder / "suite"), start
        self.settings = folder / "tiny.toml"
        self.settings.write_text(to_toml(tiny.config(folder)))
        self.runs = folder / "runs"

    @property
    def folder(self):
        (folder,) = self.runs.glob("suite-tiny-*")
        return folder

    def start(self, *more):
        words = ["--suite", self.suite, "--data", self.suite.parent / "data", "--no-grid"]
        words += ["--start", self.start_folder, "--config", self.settings, *more]
        return subprocess.Popen(
            [sys.executable, "-m", "spanbert.cli", "evaluate", *map(str, words)],
            env={**os.environ, "PYTHONPATH": PATHS},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *more):
        output, _ = (process := self.start(*more)).communicate(timeout=900)
        return process.returncode, output


@pytest.mark.slow
def test_a_killed_suite_goes_on_and_its_table_tells_what_failed(start, tmp_path):
    evaluate = Evaluate(tmp_path, start)
    process, is_first_finished = evaluate.start(), False
    for line in process.stdout:
        if is_first_finished and "finetune" in line:
            break
        is_first_finished |= "finished first" in line
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    code, output = evaluate.run()
    assert code == 65, output
    assert output.count("finetune-qa-pre-trained") == 2, "the finished cell is not run again"
    assert re.findall(r"finished (\S+)", output) == ["second-3"]
    assert "bad-3" in output[output.index("spanbert: error:") :]
    results = json.loads((evaluate.folder / "suite.json").read_text())
    means = {row["name"]: row["figures"][0]["mean"] for row in results["benchmarks"]}
    assert [name for name, mean in means.items() if mean is None] == ["bad", "third"]
    assert "is nan at fine-tuning step" in results["benchmarks"][1]["failed"]["3"]
    table = output[output.index("benchmark ") :]
    assert re.search(r"Sentences +accuracy +\d+\.\d +dev +94\.8 +[-+]\d+\.\d", table)
    assert re.search(r"Second +F1 +\d+\.\d +dev +50\.0 +[-+]\d+\.\d", table)
    assert "Second is made of texts of First" in table
    assert processes_of(evaluate.folder) == []
    client = mlflow.MlflowClient(f"sqlite:///{evaluate.runs}/mlflow.db")
    experiment = client.get_experiment_by_name(f"spanbert-{evaluate.folder.name}")
    runs = client.search_runs([experiment.experiment_id], "tags.`spanbert.step` = 'pipeline'")
    places = [(r.data.params.get("benchmark", ""), r.info.status) for r in runs]
    assert sorted(places) == [
        ("", "FAILED"),  # the cell that diverged
        ("", "FINISHED"),  # the table
        ("first", "FINISHED"),
        ("second", "FINISHED"),
        ("sentences", "FINISHED"),
    ]
