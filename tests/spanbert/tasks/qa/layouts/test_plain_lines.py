"""Our own lines: what a user may write, and what is told where it cannot be used."""

import json

import pytest

from spanbert.errors import DataError
from spanbert.tasks.qa.examples import Answer, Question, read_questions

CONTEXT = "Ann met Bob; Bob left."


def line(number, answers=("Bob",), **changes):
    fields = {"id": number, "question": "Whom?", "context": CONTEXT, "answers": list(answers)}
    return fields | changes


def write(tmp_path, *records):
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_answers_are_texts_or_texts_with_their_places(tmp_path):
    answers = ["Bob", {"text": "Bob"}, {"text": "Bob", "start": 13}]
    read = read_questions(write(tmp_path, line(1, answers, title="T"), line("two", ["Ann"])))
    found = (Answer("Bob", 8), Answer("Bob", 8), Answer("Bob", 13))
    assert read.questions == [
        Question("1", "Whom?", CONTEXT, found, title="T", gold=("Bob", "Bob", "Bob")),
        Question("two", "Whom?", CONTEXT, (Answer("Ann", 0),), gold=("Ann",)),
    ]
    assert (read.skipped, read.layout) == ({}, "jsonl")


@pytest.mark.parametrize(
    "changes",
    [{"answers": []}, {"is_impossible": True}, {"answers": None, "is_impossible": True}],
)
def test_a_question_may_have_no_answer(tmp_path, changes):
    (question,) = read_questions(write(tmp_path, line(1) | changes)).questions
    assert question.is_impossible
    assert question.answers == question.gold == ()


def test_to_predict_no_answers_are_needed(tmp_path):
    unanswered = {"id": 1, "question": "Whom?", "context": CONTEXT}
    read = read_questions(write(tmp_path, unanswered, line(2, ["Eve"])), need_answers=False)
    assert [(q.answers, q.gold) for q in read.questions] == [((), ()), ((), ("Eve",))]
    with pytest.raises(DataError, match=r"mine\.jsonl:1: 1 of 2 questions are broken .*no list"):
        read_questions(write(tmp_path, unanswered, line(2)))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (line("x", ["Eve"]), "answer: not in its context"),
        (line("x", [{"text": "Bob", "start": 9}]), "answer: not at its start"),
        (line("x", [{"text": "Bob", "start": -14}]), "answer: not at its start"),
        (line("x", [{"text": "Bob", "start": "8"}]), "answer: a field is missing or is not text"),
        (line("x", [{"start": 8}]), "answer: a field is missing or is not text"),
        (line("x", [7]), "answer: a field is missing or is not text"),
        (line("x", [" "]), "answer: empty"),
        (line("x", is_impossible="yes"), "question: is_impossible is neither true nor false"),
        (line("x", context=None), "question: a field is missing or is not text"),
        (line(3), "question: its id was used before"),
        ("text", "question: a field is missing or is not text"),
    ],
)
def test_a_broken_line_is_left_out_and_counted_and_many_are_refused(tmp_path, record, reason):
    read = read_questions(write(tmp_path, *map(line, range(100)), record))
    assert (len(read.questions), read.skipped) == (100, {reason: 1})
    with pytest.raises(DataError, match=r"mine\.jsonl:51: 1 of 51 ") as caught:
        read_questions(write(tmp_path, *map(line, range(50)), record))
    assert reason.partition(": ")[2] in str(caught.value)
