"""`spanbert finetune qa` and `evaluate qa`, as a user types them."""

import json
import os
import signal
import threading

import pytest
import tiny

from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.storage import verify


@pytest.fixture
def settings(tmp_path, artifacts):
    tiny.write_questions(tmp_path)
    path = tmp_path / "tiny.toml"
    path.write_text(to_toml(tiny.config(tmp_path)))
    return path


def finetune(settings, artifacts, output, *changes):
    words = ["--config", settings, "--tokenizer", artifacts.tokenizer, "--output", output]
    for change in changes:
        words += ["--set", change]
    return main(["finetune", "qa", *map(str, words)])


def test_asked_to_stop_it_says_so_and_keeps_finished_trainings(
    settings, artifacts, tmp_path, capsys
):
    output = tmp_path / "qa"
    ask = threading.Timer(8, os.kill, (os.getpid(), signal.SIGTERM))
    ask.start()
    grid = ["qa.epoch_counts=[1, 100000]", "qa.halve_dev=true"]
    assert finetune(settings, artifacts, output, *grid) == 75
    ask.join()
    assert "asked to stop" in capsys.readouterr().err
    assert not output.exists()
    assert not list(tmp_path.rglob("*.partial"))
    assert len(list((tmp_path / ".qa.work").rglob("*-model/manifest.json"))) == 1


def test_a_grid_is_searched_and_what_comes_out_is_scored(settings, artifacts, tmp_path, capsys):
    output = tmp_path / "qa"
    changes = ["qa.learning_rates=[1e-9, 1e-2]", "qa.seeds=[3, 4]", "qa.halve_dev=true"]
    assert finetune(settings, artifacts, output, *changes) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert [row["learning_rate"] for row in found["trainings"]] == [1e-9, 1e-2, 1e-2]
    assert [row["seed"] for row in found["seeds"]] == [3, 4]
    assert "training 3 of 3: learning_rate 0.01, batch_size 8, epochs 1, seed 4" in shown.err
    assert verify(output, "model").counts["num_questions"] == 24
    assert sorted(path.name for path in tmp_path.iterdir()) == ["qa", "questions.json", "tiny.toml"]
    words = ["evaluate", "qa", "--config", settings, "--model", output]
    words += ["--output", tmp_path / "scores.json", "--set", "qa.halve_dev=true"]
    assert main(list(map(str, words))) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"split", "exact_match", "f1", "num_questions", "dev", "seeds"}
    assert told["num_questions"] + told["dev"]["num_questions"] == 24
    result = json.loads((tmp_path / "scores.json").read_text())
    assert result["f1"] == told["f1"]
    assert len(result["questions"]) == told["num_questions"]


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ("qa.train=[]", 2, "qa.train names no file"),
        ("qa.train=['empty.json']", 3, "empty.json: no question"),
        ("qa.dev=['bare.json']", 3, "bare.json: "),
        ("qa.dev=['gone.json']", 3, "gone.json: "),
        ("qa.learning_rates=[1.0, 1.0]", 2, "more than once"),
        ("qa.learning_rate=1e30", 65, "learning_rate"),
    ],
)
def test_a_mistake_is_one_line_with_its_code_and_leaves_nothing(
    settings, artifacts, tmp_path, capsys, monkeypatch, change, code, told
):
    monkeypatch.chdir(tmp_path)
    record = {"id": "1", "question": "Who?"}
    bare = {"data": [{"paragraphs": [{"context": "Ann sang.", "qas": [record]}]}]}
    (tmp_path / "bare.json").write_text(json.dumps(bare))
    (tmp_path / "empty.json").write_text('{"data": []}')
    assert finetune(settings, artifacts, tmp_path / "qa", change) == code
    errors = [line for line in capsys.readouterr().err.splitlines() if "error:" in line]
    assert len(errors) == 1
    assert told in errors[0]
    assert not list(tmp_path.glob("*qa*"))
