"""Fine-tuning alone: which settings ask for it, its pipeline as compiled, and a tiny one run."""

import json
import re

import mlflow
import pytest
import tiny
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from pipelines.choice import branches_of, pipeline_of, unnamed_files
from pipelines.compile import compile_pipeline
from pipelines.local import run_folder_of
from spanbert.cli import main
from spanbert.config import load_config, parse_config, to_toml
from spanbert.registry.loaders import LOADERS
from spanbert.storage import read_manifest
from spanbert.tasks.kinds import KINDS

START, TEXT = 'training.start="encoder"', 'corpus.sources=["corpus.jsonl"]'


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ([], "end-to-end"),
        ([TEXT], "end-to-end"),
        ([TEXT, START], "end-to-end"),
        ([START], "finetuning"),
    ],
)
def test_a_start_without_text_is_fine_tuned_alone(changes, name):
    assert pipeline_of(parse_config("", changes)) == name


def test_it_compiles_to_the_same_bytes_and_is_a_valid_specification(tmp_path):
    config = parse_config("", [START, 'qa.train=["a"]'])
    for name in ("a", "b"):
        compile_pipeline(tmp_path / f"{name}.yaml", config)
    text = (tmp_path / "a.yaml").read_text()
    assert text == (tmp_path / "b.yaml").read_text()
    first, *_ = yaml.safe_load_all(text)
    json_format.ParseDict(first, pipeline_spec_pb2.PipelineSpec())
    assert first["pipelineInfo"]["name"] == "spanbert-finetuning"
    steps = set(first["root"]["dag"]["tasks"])
    assert steps == {
        "import-start",
        "finetune-qa",
        "evaluate-qa",
        "register-model",
        "write-finetuning-report",
    }
    assert not re.search(r"pip\d? install", text)
    assert "triggerPolicy" not in text


def test_each_kind_that_names_files_has_a_branch_and_is_registered_where_it_can_be_served(tmp_path):
    config = parse_config("", [START, *(f'{kind}.train=["a"]' for kind in KINDS)])
    compile_pipeline(tmp_path / "a.yaml", config)
    first, *_ = yaml.safe_load_all((tmp_path / "a.yaml").read_text())
    tasks = first["root"]["dag"]["tasks"]
    steps = {f"{verb}-{kind}" for verb in ("finetune", "evaluate") for kind in KINDS}
    assert steps < set(tasks)
    registered = [name for name in tasks if name.startswith("register-model")]
    assert len(registered) == len(KINDS & LOADERS.keys())
    given = set(tasks["write-finetuning-report"]["inputs"]["artifacts"]) - {"encoder"}
    assert {name for name in given if name.endswith("_scores")} == {f"{k}_scores" for k in KINDS}


@pytest.mark.parametrize("begin", [START, TEXT])
def test_every_kind_that_is_named_is_fine_tuned_and_must_name_files_to_choose_by(begin):
    config = parse_config("", [begin, 'coref.train=["a"]', 'glue.data="glue"'])
    assert branches_of(config) == ("coref", "glue")
    assert unnamed_files(config) == ["coref.dev"]
    assert branches_of(parse_config("", [begin, 'qa.train=["a"]'])) == ("qa",)
    assert unnamed_files(parse_config("", [begin])) == ["qa.train", "qa.dev"]


@pytest.fixture
def settings(start, tmp_path):
    """Settings that fine-tune a stock folder with random weights, with two seeds."""
    tiny.write_questions(tmp_path)
    changes = ["corpus.sources=[]", f'training.start="{start}"', "qa.seeds=[3, 4]"]
    path = tmp_path / "tiny.toml"
    path.write_text(to_toml(tiny.config(tmp_path, *changes, "qa.halve_dev=true")))
    return path


@pytest.mark.slow
def test_a_model_is_fine_tuned_scored_registered_and_reported(settings, tmp_path, capsys):
    assert main(["run", "--config", str(settings)]) == 0
    shown = capsys.readouterr().out
    config = load_config(settings)
    folder = run_folder_of(config)
    results = json.loads((folder / "results.json").read_text())
    (qa,) = results["qa"]
    assert (qa["split"], qa["start"], qa["seeds"]["n"]) == ("test", "pre-trained", 2)
    assert qa["num_questions"] + qa["dev"]["num_questions"] == 24
    assert "questions" not in qa
    assert f"F1 is {qa['f1']:.1f} on {qa['num_questions']} questions of test; over 2 seeds" in shown
    page = (folder / "report.html").read_text()
    assert f"{qa['f1']:.1f}" in page
    assert "<script" not in page
    (model,) = folder.glob("pipeline/*/finetune-qa/task_model")
    (start,) = folder.glob("pipeline/*/import-start/encoder")
    inputs = read_manifest(model, "model").inputs
    assert inputs["start"] == inputs["tokenizer"] == read_manifest(start, "model").digest
    assert not list(folder.glob("trainings/*")), "what was kept for going on is gone"
    mlflow.set_tracking_uri(f"sqlite:///{config.run.folder}/mlflow.db")
    answers = mlflow.pyfunc.load_model("models:/spanbert-qa@latest-evaluated").predict(
        [{"question": "Where?", "context": "Ann of Bergen painted it near Oslo."}]
    )
    assert len(answers) == 1
    again = tmp_path / "again.html"
    assert main(["report", "--results", str(folder / "results.json"), "--output", str(again)]) == 0
    assert again.read_text() == page
