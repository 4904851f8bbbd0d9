"""Missing and outdated packages are told with what brings them; others are not."""

from dataclasses import replace
from importlib.metadata import requires

import pytest
import tiny

from spanbert.doctor.versions import (
    Requirement,
    check_versions,
    extras_of,
    parsed,
    version_findings,
)

LINES = ["torch>=2.11", 'ray[default,train]>=2.59.1; extra == "train"', 'psutil; extra == "pipes"']
LINES += ['spanbert[fast]; extra == "train"']
TORCH, RAY = Requirement("torch", "2.11"), Requirement("ray", "2.59.1", "train")


def test_lines_of_metadata_are_read():
    assert parsed(LINES) == [TORCH, RAY, Requirement("psutil", "", "pipes")]


def test_our_own_metadata_names_torch_with_a_floor():
    found = {r.name: r for r in parsed(requires("spanbert"))}
    assert found["torch"].floor
    assert found["torch"].extra == ""
    assert found["mlflow"].extra == "tracking"


@pytest.mark.parametrize(
    ("installed", "is_fault"),
    [
        ("2.10.1", True),
        ("2.9", True),
        ("2.11", False),
        ("2.11.0+cpu", False),
        ("2.11rc1", False),
        ("3", False),
    ],
)
def test_versions_are_compared_as_numbers(installed, is_fault):
    faults = version_findings([TORCH], {"torch": installed})[1:]
    assert [f.exit_code for f in faults] == ([69] if is_fault else [])


def test_a_missing_extra_is_a_warning_and_a_missing_core_package_a_problem():
    well, torch, ray = version_findings([TORCH, RAY], {})
    assert well.found == "0 of 2 as needed"
    assert (torch.status, torch.remedy) == ("problem", "pip install --upgrade 'torch>=2.11'")
    assert (ray.status, ray.remedy) == ("warning", "pip install 'spanbert[train]'")


def test_extras_are_asked_for_by_the_settings(tmp_path):
    config = tiny.config(tmp_path)
    assert not {"s3", "annotate", "languages"} & set(extras_of(config))
    stored = replace(config.training, checkpoint_url="s3://bucket/runs")
    bucket = replace(config.corpus, sources=("s3://bucket/text",), languages=("en",))
    for asked in (replace(config, training=stored), replace(config, corpus=bucket)):
        assert {"s3", "corpus"} <= set(extras_of(asked))
    assert "languages" in extras_of(replace(config, corpus=bucket))


def test_what_these_tests_run_with_is_no_problem(tmp_path):
    assert "problem" not in {f.status for f in check_versions(tiny.config(tmp_path))}
