"""The command line: every verb has an example that parses, and errors are one line."""

import json
import os
import shlex
import subprocess
import sys
from argparse import Namespace

import pytest
import tiny
import torch

from spanbert.cli import VERBS, main, parse


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_example_of_a_verb_parses(verb):
    words = shlex.split(f"{verb.name} {verb.example}")
    assert parse(words).call is verb.call


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_help_of_a_verb_carries_its_example(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*verb.name.split(), "--help"])
    assert ended.value.code == 0
    assert f"example: spanbert {verb.name}" in " ".join(capsys.readouterr().out.split())


def test_memory_that_ran_out_is_told_in_one_line(monkeypatch, capsys):
    def verb(options):
        torch.empty(1 << 50)

    monkeypatch.setattr(
        "spanbert.cli.parse", lambda arguments: Namespace(call=verb, debug=False, written=())
    )
    assert main([]) == 137
    assert capsys.readouterr().err.startswith("spanbert: error: no memory")


def test_other_mistakes_of_ours_keep_their_trace(monkeypatch):
    def verb(options):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(
        "spanbert.cli.parse", lambda arguments: Namespace(call=verb, debug=False, written=())
    )
    with pytest.raises(RuntimeError, match="shapes differ"):
        main([])


@pytest.mark.parametrize("has_errors", [False, True], ids=["output", "and errors"])
def test_a_reader_that_leaves_ends_a_verb_quietly(has_errors):
    reading, writing = os.pipe()
    os.close(reading)
    words = ["plan", "--model", "base", "--accelerator", "h100"]
    command = [sys.executable, "-m", "spanbert.cli", *words]
    environment = {name: value for name, value in os.environ.items() if "BUFFERED" not in name}
    errors = writing if has_errors else subprocess.PIPE
    done = subprocess.run(
        command,
        stdout=writing,
        stderr=errors,
        text=True,
        check=False,
        env=environment | {"PYTHONPATH": "src"},
    )
    os.close(writing)
    assert (done.returncode, done.stderr or "") == (141, "")


def test_no_verb_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("run --config nowhere.toml", 2, "nowhere.toml"),
        ("run --config configs/quickstart.toml --set training.lr=1", 2, "unknown key training.lr"),
        ("corpus --config C --output O --set corpus.sources=[]", 3, "corpus.sources"),
        ("""corpus --config C --output O --set 'corpus.sources=["no/*.txt"]'""", 3, "no/*.txt"),
        ("tokenizer --config C --documents D --output O", 3, "no finished documents"),
        ("shards --config C --documents D --tokenizer T --output O", 3, "documents"),
        ("score qa --gold G --predictions P", 3, "G"),
        ("predict qa --config C --model nowhere --input I --output O", 3, "no such model folder"),
        ("predict fill --model nowhere 'The [MASK].'", 3, "no such model folder"),
        ("predict fill --model nowhere", 2, "pass a text or --input"),
        ("predict fill --model nowhere --input C 'The [MASK].'", 2, "pass a text or --input"),
        ("inspect masks --shards nowhere --tokenizer T", 3, "no finished shards"),
        ("corpus report --documents nowhere --output O", 3, "no finished documents"),
        ("report --results nowhere.json --output O", 3, "nowhere.json"),
        ("ablate --config C --schemes words --objectives 1seq --seeds 1", 2, "did you mean whole"),
        (
            "ablate --config C --schemes noun-phrases --objectives 1seq --seeds 1",
            2,
            "--set shards.annotator=",
        ),
        ("ablate --config C --schemes whole-words --objectives 1seq --seeds 1", 2, "qa.train"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_code(
    words, code, told, tmp_path, capsys, monkeypatch
):
    folder = tmp_path
    (folder / "configs").mkdir()
    for name in ("quickstart", "C"):
        (folder / f"{name}.toml").write_text("")
    (folder / "configs" / "quickstart.toml").write_text("")
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    assert main(shlex.split(words.replace(" C ", " C.toml "))) == code
    shown = capsys.readouterr().err
    assert told in shown
    assert shown.count("\n") == 1
    assert "Traceback" not in shown
    assert sorted(folder.rglob("*")) == before, "nothing half-written is left"


def test_debug_shows_the_trace(tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        main(["run", "--debug", "--config", str(tmp_path / "nowhere.toml")])


def test_the_stages_run_one_by_one(tmp_path, capsys, monkeypatch):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    from spanbert.config import to_toml

    (tmp_path / "c.toml").write_text(to_toml(tiny.config(tmp_path)))
    monkeypatch.chdir(tmp_path)

    def run(words):
        assert main(shlex.split(words)) == 0
        return capsys.readouterr().out

    corpus = json.loads(run("corpus --config c.toml --output data"))
    assert corpus["records_in"] == corpus["kept"] + corpus["held_out"] == 60
    run("tokenizer --config c.toml --documents data/documents --output vocab")
    cut = "shards --config c.toml --documents data/documents --tokenizer vocab --output shards"
    assert json.loads(run(cut))["documents"] == corpus["kept"]
    run("finetune qa --config c.toml --tokenizer vocab --output qa")
    run("predict qa --config c.toml --model qa --input questions.json --output answers.json")
    scores = json.loads(run("score qa --gold questions.json --predictions answers.json"))
    assert set(scores) >= {"exact_match", "f1"}
    assert 0 <= scores["exact_match"] <= scores["f1"] <= 100
