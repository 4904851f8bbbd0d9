"""`spanbert doctor` as a user starts it: quick, without heavy imports, and never with a trace."""

import json
import subprocess
import sys
import time

import pytest
import tiny

from spanbert.cli import main
from spanbert.config import to_toml

HEAVY = ("torch", "mlflow", "ray", "kfp", "datasets", "pyarrow", "s3fs", "numpy")


@pytest.fixture
def settings(tmp_path):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    path = tmp_path / "run.toml"
    path.write_text(to_toml(tiny.config(tmp_path)))
    return path


def doctor(settings, *words):
    return main(["doctor", "--config", str(settings), "--set", "training.num_workers=1", *words])


def test_json_and_text_tell_the_same(settings, capsys):
    codes = doctor(settings, "--json"), doctor(settings)
    shown = capsys.readouterr().out
    told, end = json.JSONDecoder().raw_decode(shown)
    lines = shown[end:].strip().splitlines()
    assert codes[0] == codes[1]
    assert lines[-1] == told["verdict"]
    assert all(any(f["name"] in line for line in lines) for f in told["findings"])
    assert {"disk", "memory", "workers", "packages", "texts", "tracking"} <= {
        f["name"] for f in told["findings"]
    }


def test_what_cannot_be_is_refused_with_the_code_of_its_kind(settings, capsys):
    assert doctor(settings, "--set", "training.num_workers=64") == 2
    assert "needs 64 workers" in capsys.readouterr().out
    assert doctor(settings, "--set", 'qa.dev=["gone.json"]') == 3
    assert "gone.json" in capsys.readouterr().out


def test_a_damaged_tokenizer_is_a_line_and_no_trace(settings, tmp_path, capsys):
    (tmp_path / "tokenizer.json").write_text("{")
    doctor(settings, "--set", f"tokenizer.path={tmp_path}")
    assert "not checked (JSONDecodeError)" in capsys.readouterr().out


def test_nothing_heavy_is_imported_and_it_takes_less_than_five_seconds(settings):
    script = """
import sys
from spanbert.cli import main
main(["doctor", "--config", sys.argv[1]])
print("HEAVY", sorted(set(sys.argv[2:]) & set(sys.modules)))
"""
    began_s = time.monotonic()
    command = [sys.executable, "-c", script, str(settings), *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert time.monotonic() - began_s < 5
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert done.stderr == ""
