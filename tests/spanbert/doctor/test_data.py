"""Files that are named must be there and readable."""

import os
import subprocess
import sys
from dataclasses import replace

import pyarrow
import pyarrow.parquet
import pytest
import tiny

from spanbert.doctor.data import annotator_finding, check_data, existence_finding
from spanbert.doctor.files import files_finding
from spanbert.errors import DataError


@pytest.fixture
def config(tmp_path):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    return tiny.config(tmp_path)


def of(config):
    return {finding.name: finding for finding in check_data(config)}


def test_what_is_there_is_fine(config):
    assert {f.status for f in of(config).values()} == {"ok"}


def test_a_source_that_matches_nothing_is_a_problem_with_its_path(config):
    found = of(replace(config, corpus=replace(config.corpus, sources=("no/*.txt",))))["texts"]
    assert (found.status, found.exit_code) == ("problem", 3)
    assert "no/*.txt" in found.found
    assert found.remedy


def test_a_missing_file_of_questions_is_named(config):
    found = of(replace(config, qa=replace(config.qa, dev=("gone.json",))))["questions"]
    assert found.exit_code == 3
    assert found.found.startswith("gone.json: No such file")


def test_files_of_every_task_that_is_fine_tuned_are_looked_at(config):
    found = of(replace(config, glue=replace(config.glue, train=("gone.tsv",), max_length=64)))
    assert found["questions"].status == "ok"
    assert found["files of glue"].found.startswith("gone.tsv: No such file")


def test_none_named_is_a_warning_for_steps_may_be_run_alone(config):
    nothing = replace(config.corpus, sources=())
    assert of(replace(config, corpus=nothing))["texts"].status == "warning"
    assert files_finding("questions", [], setting="qa.train").status == "warning"


def test_a_named_dataset_is_not_loaded(config):
    hub = replace(config.corpus, sources=("hf:owner/name",))
    assert "not asked for" in of(replace(config, corpus=hub))["texts"].found


def test_a_model_and_a_tokenizer_must_be_there(config, tmp_path):
    gone = str(tmp_path / "gone")
    training = replace(config.training, start=gone)
    tokenizer = replace(config.tokenizer, path=gone)
    found = of(replace(config, training=training, tokenizer=tokenizer))
    assert [found[n].exit_code for n in ("training.start", "tokenizer.path")] == [3, 4]
    assert existence_finding("training.start", tmp_path, "a model", DataError).status == "ok"


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("ftp://host/a.txt", 2, "only https:// and s3://"),
        ("https://not.listed/a.txt", 2, "not.listed is not allowed"),
        ("https://10.0.0.1/a.txt", 5, "not public"),
        ("hf:a b", 2, "not of the form"),
        ("{0}/a.csv", 3, "no column 'text'"),
        ("{0}/a.parquet", 3, "no column 'text'"),
    ],
)
def test_what_a_corpus_refuses_at_once_is_a_problem(config, tmp_path, source, code, told):
    (tmp_path / "a.csv").write_text("body\na\n")
    pyarrow.parquet.write_table(pyarrow.table({"body": ["a"]}), tmp_path / "a.parquet")
    settings = {"sources": (source.format(tmp_path),), "allowed_hosts": ("10.0.0.1",)}
    found = of(replace(config, corpus=replace(config.corpus, **settings)))["texts"]
    assert (found.status, found.exit_code) == ("problem", code)
    assert told in found.found


def test_an_unknown_language_is_a_problem(config):
    found = {
        language: of(replace(config, corpus=replace(config.corpus, languages=(language,))))
        for language in ("en", "xx")
    }
    assert found["en"]["languages"].status == "ok"
    assert found["xx"]["languages"].exit_code == 2


def test_an_annotator_must_be_there(tmp_path):
    assert annotator_finding(str(tmp_path)).status == "ok"
    for gone in ("en_no_such_pipeline", str(tmp_path / "gone"), "a.b"):
        assert annotator_finding(gone).exit_code == 69


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_of_somebody_else_is_told(tmp_path):
    script = """
import os, sys
from pathlib import Path
from spanbert.doctor.files import files_finding
os.setuid(65534)
print(files_finding("texts", [Path(sys.argv[1])], setting="s").found)
"""
    command = [sys.executable, "-c", script, "/etc/shadow"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "/etc/shadow: Permission denied"
