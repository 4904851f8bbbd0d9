"""MRQA files: spans with inclusive ends, found by a search that was not strict about spelling."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DataError
from spanbert.tasks.qa.examples import Answer, Question, read_questions

HEADER = {"header": {"dataset": "NewsQA", "split": "train"}}
CONTEXT = "[TLE] Oslo [PAR] Ann met the “Béatles” in Oslo."


def question(number, answers, detected, **changes):
    spans = [{"text": text, "char_spans": spans} for text, spans in detected]
    return {
        "qid": f"q{number}",
        "question": "?",
        "answers": answers,
        "detected_answers": spans,
    } | changes


def context(*questions, text=CONTEXT):
    return {"context": text, "context_tokens": [["[TLE]", 0]], "qas": list(questions)}


def write(tmp_path, *lines):
    path = tmp_path / "any.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def good(number):
    return question(number, ["Oslo"], [("Oslo", [[6, 9]])])


def test_the_earliest_place_of_any_answer_comes_first(tmp_path):
    detected = [("Oslo", [[42, 45], [6, 9]]), ("Ann", [[17, 19]])]
    record = question(1, ["Oslo", "Ann", "Norway"], detected, is_impossible=False)
    read = read_questions(write(tmp_path, HEADER, context(record)))
    answers = (Answer("Oslo", 6), Answer("Ann", 17), Answer("Oslo", 42))
    assert read.questions == [Question("q1", "?", CONTEXT, answers, gold=("Oslo", "Ann", "Norway"))]
    assert (read.skipped, read.layout) == ({}, "mrqa")


def test_a_header_is_not_needed_and_one_of_a_second_file_is_passed_over(tmp_path):
    lines = [context(good(1), good(2)), HEADER, context(good(3), text=CONTEXT + " More.")]
    read = read_questions(write(tmp_path, *lines))
    assert [q.id for q in read.questions] == ["q1", "q2", "q3"]
    assert read.questions[0].context is read.questions[1].context  # held once
    assert read.questions[2].context == CONTEXT + " More."


@pytest.mark.parametrize("text", ["beatles", "The Beatles", "THE BEATLES!", "béatles", "be at les"])
def test_an_answer_spelt_another_way_is_taken_as_it_stands_there(tmp_path, text):
    read = read_questions(
        write(tmp_path, HEADER, context(question(1, [text], [(text, [[29, 37]])])))
    )
    assert read.questions[0].answers == (Answer("“Béatles”", 29),)
    assert read.questions[0].gold == (text,)


@pytest.mark.parametrize(
    ("text", "spans", "reason"),
    [
        ("Oslo", [[7, 10]], "not at its char_spans"),
        ("Oslo", [[6, 8]], "not at its char_spans"),
        ("Oslo", [[9, 6]], "not at its char_spans"),
        ("Oslo", [[-41, -38]], "not at its char_spans"),
        ("Oslo", [[600, 603]], "not at its char_spans"),
        ("%", [[0, 0]], "not at its char_spans"),  # no letter in common is no likeness
        ("Oslo", [["6", "9"]], "not at its char_spans"),
        ("Oslo", [[6]], "not at its char_spans"),
        ("Oslo", [6, 9], "not at its char_spans"),
        ("Oslo", [], "not at its char_spans"),
        ("Oslo", None, "not at its char_spans"),
        (" ", [[5, 5]], "empty"),
        (None, [[6, 9]], "a field is missing or is not text"),
    ],
)
def test_a_broken_place_is_counted_and_others_of_the_question_stay(tmp_path, text, spans, reason):
    record = question("x", ["Oslo"], [(text, spans), ("Ann", [[17, 19]])])
    many = [good(number) for number in range(200)]
    read = read_questions(write(tmp_path, HEADER, context(*many, record)))
    assert read.questions[-1].answers == (Answer("Ann", 17),)
    assert all(key == f"answer: {reason}" for key in read.skipped)
    assert sum(read.skipped.values()) == len(spans or [None])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"answers": None}, "no list of answers"),
        ({"detected_answers": None}, "no list of answers"),
        ({"detected_answers": []}, "no answer, and not marked as impossible"),
        ({"qid": None}, "a field is missing or is not text"),
        ({"question": "\ud800"}, "a field is missing or is not text"),
        ({"qid": "q3"}, "its id was used before"),
    ],
)
def test_a_broken_question_is_counted_and_too_many_name_file_and_line(tmp_path, changes, reason):
    bad = good("x") | changes
    many = [good(number) for number in range(200)]
    read = read_questions(write(tmp_path, HEADER, context(*many), context(bad)))
    assert (len(read.questions), read.skipped) == (200, {f"question: {reason}": 1})
    path = write(tmp_path, HEADER, context(*many[:5]), context(bad), context(bad | {"qid": ""}))
    with pytest.raises(DataError, match=rf"any\.jsonl:3: \d of 7 questions are broken .*{reason}"):
        read_questions(path)


def test_lines_that_are_no_context_are_counted(tmp_path):
    path = write(tmp_path, HEADER, context(*[good(number) for number in range(900)]))
    with path.open("ab") as file:
        file.write(b'\n \r\n{"qas": 3}\n{"context": "x"}\n[1]\n{"context": \n\xff\n{"qas": [7]}\n')
    read = read_questions(path)
    assert read.skipped == {"question: a field is missing or is not text": 6}
    assert len(read.questions) == 900


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    path = write(tmp_path, HEADER, context(good(1)))
    plain = read_questions(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_questions(path) == plain


def test_a_packed_file_that_breaks_off_is_refused(tmp_path):
    whole = gzip.compress(
        write(tmp_path, HEADER, *[context(good(n)) for n in range(99)]).read_bytes()
    )
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole)
    assert len(read_questions(path).questions) == 99
    path.write_bytes(whole[:-20])
    with pytest.raises(DataError, match=r"cut\.jsonl\.gz: cannot read it \(truncated file\)"):
        read_questions(path)


@given(st.text(min_size=1), st.data())
def test_every_span_of_any_text_is_found_where_it_is(tmp_path_factory, text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = text[start:end]
    record = question(1, [shown], [(shown, [[start, end - 1]])])
    path = write(tmp_path_factory.mktemp("spans"), context(record, text=text))
    if shown.strip():
        assert read_questions(path).questions[0].answers == (Answer(shown, start),)
    else:
        with pytest.raises(DataError, match="empty"):
            read_questions(path)
