"""`spanbert predict qa`: a text and questions, or a file; tables for people, JSON for programs."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from spanbert.cli import main
from spanbert.model.pretraining import initialize
from spanbert.model.published import write_folder
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.predict import QuestionAnswerer, write_decoding
from spanbert.tokenizer.subword import load_tokenizer

ROOT = Path(__file__).parents[3]
TEXT = "".join(f"{text}\r\n" for text in tiny.texts(200))  # longer than a part
ASKED = ["Who carried it?", "Where was Zoë?"]


@pytest.fixture(scope="module")
def model(artifacts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("qa")
    sizes = replace(
        artifacts.config.model, vocab_size=load_tokenizer(artifacts.tokenizer).vocab_size
    )
    network = QuestionAnsweringModel(sizes)
    initialize(network, 0.3, seed=5)
    write_folder(
        folder, network.state_dict(), sizes, "BertForQuestionAnswering", artifacts.tokenizer
    )
    write_decoding(folder, artifacts.config.qa)
    return folder


@pytest.fixture
def context_file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    return path


def predict(model, *words):
    return main(["predict", "qa", "--model", str(model), *map(str, words)])


def test_json_lines_have_answers_that_stand_in_the_text(model, context_file, capsys):
    assert predict(model, "--context-file", context_file, "--json", *ASKED) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["question"] for one in found] == ASKED
    expected = QuestionAnswerer.load(model).answer([(question, TEXT) for question in ASKED])
    for one, prediction in zip(found, expected, strict=True):
        assert one["text"] == TEXT[one["start"] : one["end"]] == prediction.text
        assert one["start"] == prediction.start
        assert one["probability"] == pytest.approx(prediction.probability)


def test_a_text_on_standard_input_is_read_too(model, context_file, capsys):
    command = [sys.executable, "-m", "spanbert.cli", "predict", "qa", "--model", str(model)]
    command += ["--context-file", "-", "--json", ASKED[0]]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command, input=TEXT.encode(), capture_output=True, check=True, env=environment
    )
    assert predict(model, "--context-file", context_file, "--json", ASKED[0]) == 0
    assert json.loads(done.stdout) == json.loads(capsys.readouterr().out)


def test_a_person_reads_a_table(model, tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_text("Ann\x1b[31m carried it.")
    assert predict(model, "--context-file", path, *ASKED, "And\x1b?") == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert all(question in shown for question in ASKED)
    assert shown.count("characters ") == shown.count(" %") == 3


def test_no_answer_is_said_so(model, context_file, artifacts, capsys):
    write_decoding(model, artifacts.config.qa, null_threshold=-1e6)
    try:
        assert predict(model, "--context-file", context_file, ASKED[0]) == 0
    finally:
        write_decoding(model, artifacts.config.qa)
    shown = capsys.readouterr().out
    assert "(no answer)" in shown
    assert "characters" not in shown


def test_a_file_gives_the_official_files(model, artifacts, tmp_path, capsys):
    paths = [tmp_path / name for name in ("answers.json", "nbest.json", "odds.json")]
    options = zip(("--output", "--nbest", "--odds"), paths, strict=True)
    words = [word for pair in options for word in pair]
    assert predict(model, "--input", artifacts.config.qa.dev[0], *words) == 0
    assert capsys.readouterr().out == f"{paths[0]}\n"
    answers, n_best, odds = (json.loads(path.read_text()) for path in paths)
    assert set(answers) == set(n_best) == set(odds)
    assert all(n_best[key][0]["text"] == text for key, text in answers.items())


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--context-file", "T"),
        ("Who?",),
        ("--input", "I"),
        ("--input", "I", "--output", "O", "Who?"),
        ("--input", "I", "--output", "O", "--json"),
        ("--context-file", "T", "Who?", "--odds", "O"),
    ],
)
def test_half_of_one_use_or_parts_of_both_are_refused(model, words, capsys):
    assert predict(model, *words) == 2
    assert "pass --input and --output, or --context-file and a question" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "cause"), [(b"Ann \xff", "not UTF-8"), (None, "cannot read")])
def test_a_text_that_cannot_be_read_is_told(model, tmp_path, content, cause, capsys):
    path = tmp_path / "text.txt"
    if content:
        path.write_bytes(content)
    assert predict(model, "--context-file", path, "Who?") == 3
    shown = capsys.readouterr()
    assert f"{path}: {cause}" in shown.err
    assert shown.err.count("\n") == 1
    assert not shown.out


def test_a_question_that_is_no_text_is_refused(model, context_file, capsys):
    assert predict(model, "--context-file", context_file, "Who\udcff?") == 3
    assert "a question is not UTF-8" in capsys.readouterr().err
