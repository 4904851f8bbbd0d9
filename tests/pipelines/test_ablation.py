"""An ablation: its pipeline as compiled, and a tiny one run, killed, grown and run again."""

import itertools
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
import yaml
from google.protobuf import json_format
from kfp import compiler
from kfp.pipeline_spec import pipeline_spec_pb2

from pipelines.ablation import build_ablation
from pipelines.processes import processes_of
from spanbert.ablation.comparison import sign_flip_p
from spanbert.config import load_config, to_toml

PATHS = os.pathsep.join(str(Path(__file__).parents[2] / part) for part in ("src", "."))
SCHEMES, OBJECTIVES = ("subword-tokens", "geometric-spans"), ("1seq", "1seq-sbo")


def compiled(path, names, pairs_toml=""):
    """The specification of an ablation with cells of these names."""
    cells = [{"config_toml": f'[run]\nname = "{n}"\n', "run_folder": f"/r/{n}"} for n in names]
    compiler.Compiler().compile(build_ablation(cells, pairs_toml), str(path))
    (content,) = yaml.safe_load_all(path.read_text())
    return content


def test_it_compiles_to_the_same_bytes_and_is_a_valid_specification(tmp_path):
    content = compiled(tmp_path / "a.yaml", ["x", "y"], "[shards]\npairs = true\n")
    compiled(tmp_path / "b.yaml", ["x", "y"], "[shards]\npairs = true\n")
    assert (tmp_path / "a.yaml").read_bytes() == (tmp_path / "b.yaml").read_bytes()
    json_format.ParseDict(content, pipeline_spec_pb2.PipelineSpec())
    text = (tmp_path / "a.yaml").read_text()
    assert "triggerPolicy" not in text
    assert not re.search(r"pip\d? install", text)


def test_a_grown_grid_finds_its_steps_under_the_names_they_had(tmp_path):
    """kfp's cache key holds a step's component name beside what it is given."""
    small = compiled(tmp_path / "a.yaml", ["x"])
    grown = compiled(tmp_path / "b.yaml", ["w", "x"], "[shards]\npairs = true\n")
    executors = (s["deploymentSpec"]["executors"] for s in (small, grown))
    before, after = executors
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"exec-build-shards-2"}


def test_cells_run_one_at_a_time(tmp_path):
    text = json.dumps(compiled(tmp_path / "a.yaml", ["x", "y"]))
    assert text.count('"parallelismLimit": 1') == 1


class Ablate:
    """`spanbert ablate` on a tiny corpus, with what all its calls have told."""

    def __init__(self, folder):
        tiny.write_corpus(folder)
        tiny.write_questions(folder)
        self.settings = folder / "tiny.toml"
        self.settings.write_text(to_toml(tiny.config(folder, "training.num_workers=1")))
        self.config = load_config(self.settings)
        self.folder = Path(self.config.run.folder) / f"ablation-{self.config.run_id}"
        self.told = []

    def start(self, *seeds):
        words = ["--config", self.settings, "--schemes", *SCHEMES, "--objectives", *OBJECTIVES]
        words += ["--seeds", *seeds]
        return subprocess.Popen(
            [sys.executable, "-m", "spanbert.cli", "ablate", *map(str, words)],
            env={**os.environ, "PYTHONPATH": PATHS},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *seeds):
        output, _ = (process := self.start(*seeds)).communicate(timeout=2400)
        assert process.returncode == 0, output
        return output


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Killed with SIGKILL in the second cell, then run to the end with one more seed."""
    ablate = Ablate(tmp_path_factory.mktemp("ablation"))
    process = ablate.start(1)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if re.search(r"step 6/12", line) and "finished" in "".join(lines):
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return ablate, "".join(lines), ablate.run(1, 2)


@pytest.mark.slow
@pytest.mark.ray
def test_finished_cells_are_not_run_again(grown):
    ablate, cut, output = grown
    cells = [f"{s}-{o}-{n}" for s, o, n in itertools.product(SCHEMES, OBJECTIVES, (1, 2))]
    assert re.findall(r"finished (\S+)", cut) == cells[:1]
    assert sorted(re.findall(r"finished (\S+)", output)) == sorted(cells[1:])
    assert output.count("step 3/12") == 6, "the cell that was cut off does not begin again"
    assert "prepare-corpus" not in output
    again = ablate.run(1, 2)
    assert "pretrain" not in again
    assert "finished" not in again
    assert (
        again[again.index("Question answering") :] == output[output.index("Question answering") :]
    )
    assert processes_of(ablate.folder) == []


@pytest.mark.slow
@pytest.mark.ray
def test_the_table_holds_every_cell_beside_the_paper(grown):
    ablate, _, output = grown
    results = json.loads((ablate.folder / "ablation.json").read_text())
    rows = {(row["scheme"], row["objective"]): row for row in results["rows"]}
    assert list(rows) == list(itertools.product(SCHEMES, OBJECTIVES))
    reference = rows["subword-tokens", "1seq"]["figures"]["f1"]["values"]
    for row in rows.values():
        score = row["figures"]["f1"]
        assert score["mean"] == pytest.approx(sum(score["values"].values()) / 2)
        differences = [score["values"][seed] - reference[seed] for seed in ("1", "2")]
        assert score["p"] is None or score["p"] == sign_flip_p(differences)
        assert f"{score['mean']:.1f} ± {score['deviation']:.1f}" in output
        assert ("held_out_sbo_loss" in row["figures"]) == (row["objective"] == "1seq-sbo")
    assert rows["geometric-spans", "1seq-sbo"]["paper"]["SQuAD 2.0"] == 86.8
    assert "| geometric-spans | 1seq-sbo |" in (ablate.folder / "ablation.md").read_text()


@pytest.mark.slow
@pytest.mark.ray
def test_each_cell_has_a_finished_run_in_the_ablations_experiment(grown):
    ablate, _, _ = grown
    client = mlflow.MlflowClient(f"sqlite:///{ablate.config.run.folder}/mlflow.db")
    experiment = client.get_experiment_by_name(f"spanbert-{ablate.folder.name}")
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    assert {run.info.status for run in runs} == {"FINISHED"}
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    places = {tuple(p.data.params.get(k) for k in ("scheme", "objective", "seed")) for p in parents}
    assert places == {(None,) * 3, *itertools.product(SCHEMES, OBJECTIVES, ("1", "2"))}
    assert len(parents) == 9
    assert len(runs) == 9 + 4 + 8 * 5  # parents, shared steps, steps of cells
