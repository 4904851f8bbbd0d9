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
