"""Experiments of fine-tuning: impossible questions are impossible, and a run goes on."""

import json
from dataclasses import replace

import pytest
import tiny

from experiments import two_starts, unanswerable
from spanbert.config import to_toml
from spanbert.errors import DataError
from spanbert.tasks.qa.examples import read_questions


@pytest.fixture
def questions(tmp_path):
    return tiny.write_questions(tmp_path, number=40)


def test_questions_are_asked_again_where_they_have_no_answer(questions, tmp_path):
    output = tmp_path / "v2.json"
    arguments = ["--output", str(output), "--fraction", "1", str(questions)]
    unanswerable.main(arguments)
    before, after = read_questions(questions).questions, read_questions(output)
    impossible = [q for q in after.questions if q.is_impossible]
    by_id = {question.id: question for question in before}
    assert not after.skipped
    kept = [replace(q, title="t") for q in after.questions if not q.is_impossible]
    assert kept == before
    assert 0 < len(impossible) < 40  # the few places of these texts come again and again
    for question in impossible:
        asked = by_id[question.id.removesuffix("-no")]
        assert question.question == asked.question
        assert not any(text.lower() in question.context.lower() for text in asked.gold)


def test_both_starts_are_scored_and_a_finished_one_is_not_trained_again(
    artifacts, start, questions, tmp_path, capsys
):
    config = replace(artifacts.config, qa=replace(artifacts.config.qa, dev=(str(questions),)))
    settings = tmp_path / "tiny.toml"
    settings.write_text(to_toml(replace(config, qa=replace(config.qa, train=(str(questions),)))))
    words = [
        "--kind",
        "qa",
        "--state",
        str(tmp_path / "s"),
        "--name",
        "1.1",
        "--encoder",
        str(start),
    ]
    two_starts.main([*words, "--config", str(settings)])
    first = capsys.readouterr().out
    assert "1.1 from pre-trained: exact_match" in first
    assert "1.1 from random weights: exact_match" in first
    found = json.loads((tmp_path / "s" / "1.1 pre-trained.json").read_text())
    assert found["num_questions"] == 40
    questions.unlink()  # what is finished needs no file
    two_starts.main([*words, "--config", str(settings)])
    assert "fine-tuning step" not in capsys.readouterr().out
    (tmp_path / "s" / "1.1 pre-trained.json").unlink()
    with pytest.raises(DataError):
        two_starts.main([*words, "--config", str(settings)])
