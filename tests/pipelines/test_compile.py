"""The compiled pipeline: the same bytes each time, and nothing in it that should not be."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from pipelines.compile import compile_pipeline
from spanbert.config import parse_config
from spanbert.tasks.kinds import KINDS


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("compiled") / "spanbert.yaml"
    compile_pipeline(path)
    return path


def test_bytes_are_the_same_in_every_process(compiled, tmp_path):
    script = (
        "import sys; from pathlib import Path; from pipelines.compile import compile_pipeline\n"
    )
    script += "compile_pipeline(Path(sys.argv[1]))"
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONHASHSEED": seed,
        }
        command = [sys.executable, "-c", script, str(tmp_path / "again.yaml")]
        subprocess.run(command, check=True, env=environment)
        assert (tmp_path / "again.yaml").read_bytes() == compiled.read_bytes()


def test_it_is_a_valid_specification(compiled):
    (content,) = yaml.safe_load_all(compiled.read_text())
    json_format.ParseDict(content, pipeline_spec_pb2.PipelineSpec())


def test_nothing_is_installed_at_run_time_and_no_condition_is_there(compiled):
    text = compiled.read_text()
    assert not re.search(r"pip\d? install", text)
    assert "triggerPolicy" not in text


def test_no_path_of_this_machine_is_in_it(compiled):
    assert os.getcwd() not in compiled.read_text()
    assert sys.prefix not in compiled.read_text()


def tasks_of(path):
    (content, *_) = yaml.safe_load_all(path.read_text())
    json_format.ParseDict(content, pipeline_spec_pb2.PipelineSpec())
    return content["root"]["dag"]["tasks"]


def compiled_with(folder, *kinds):
    """The tasks of the pipeline for a corpus and files of these kinds."""
    changes = ['corpus.sources=["corpus.jsonl"]', *(f'{kind}.train=["a"]' for kind in kinds)]
    compile_pipeline(folder / "some.yaml", parse_config("", changes))
    return tasks_of(folder / "some.yaml")


def branch_of(kind):
    steps = (f"finetune-{kind}", f"evaluate-{kind}")
    return {*steps, *(f"{step}-2" for step in steps)}


def test_question_answering_is_fine_tuned_where_no_files_are_named(compiled, tmp_path):
    assert tasks_of(compiled) == compiled_with(tmp_path) == compiled_with(tmp_path, "qa")
    assert len(tasks_of(compiled)) == 12


def test_each_kind_that_names_files_is_fine_tuned_from_both_starts_and_reported(tmp_path):
    tasks = compiled_with(tmp_path, *KINDS)
    for kind in KINDS:
        assert branch_of(kind) <= set(tasks)
        first, second = tasks[f"finetune-{kind}"], tasks[f"finetune-{kind}-2"]
        starts = [t["inputs"]["parameters"]["start"] for t in (first, second)]
        told = [start["runtimeValue"]["constant"] for start in starts]
        assert told == ["pre-trained", "random weights"]
        assert "pretrain" in first["dependentTasks"]
        assert "encoder" not in second["inputs"]["artifacts"]
    given = tasks["write-report"]["inputs"]["artifacts"]
    for kind in KINDS:
        producers = [
            given[f"{kind}_{what}"]["taskOutputArtifact"]["producerTask"]
            for what in ("scores", "baseline_scores", "registration")
        ]
        assert producers[:2] == [f"evaluate-{kind}", f"evaluate-{kind}-2"]
        model = tasks[producers[2]]["inputs"]["artifacts"]["model"]["taskOutputArtifact"]
        assert model["producerTask"] == f"finetune-{kind}"


def test_random_weights_are_fine_tuned_one_kind_after_another(tmp_path):
    """Pre-training runs at the same time, and must find room on a cluster."""
    tasks = compiled_with(tmp_path, "coref", "glue")
    assert "evaluate-coref-2" not in tasks["finetune-coref-2"]["dependentTasks"]
    assert "evaluate-coref-2" in tasks["finetune-glue-2"]["dependentTasks"]


def test_a_kind_that_names_no_files_has_no_step(tmp_path):
    tasks = compiled_with(tmp_path, "glue")
    assert branch_of("glue") <= set(tasks)
    assert not branch_of("qa") & set(tasks)
    assert not any("qa" in name for name in tasks["write-report"]["inputs"]["artifacts"])
