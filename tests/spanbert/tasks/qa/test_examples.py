"""SQuAD files: what is read, what is left out and counted, and what is refused."""

import gzip
import json
import lzma

import pytest

from spanbert.errors import DataError
from spanbert.tasks.qa.examples import Answer, Question, read_questions

CONTEXT = "Ann met Bob in Oslo. "


def record(number, *, text="Bob", start=8, **changes):
    answers = [{"text": text, "answer_start": start}]
    return {"id": f"q{number}", "question": "Whom?", "answers": answers} | changes


def squad(*records, context=CONTEXT):
    return {"data": [{"title": "T", "paragraphs": [{"context": context, "qas": list(records)}]}]}


def write(tmp_path, content, name="squad.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def with_good_ones(bad, count=200):
    return squad(*[record(i) for i in range(count)], bad)


def test_all_fields_of_a_question_are_read(tmp_path):
    both = [{"text": "Bob", "answer_start": 8}, {"text": "Bob in Oslo", "answer_start": 8}]
    none = {"id": 7, "question": "Why?", "answers": [], "is_impossible": True}
    read = read_questions(write(tmp_path, squad(record(1, answers=both), none)))
    assert read.questions == [
        Question(
            "q1",
            "Whom?",
            CONTEXT,
            (Answer("Bob", 8), Answer("Bob in Oslo", 8)),
            False,
            "T",
            ("Bob", "Bob in Oslo"),
        ),
        Question("7", "Why?", CONTEXT, (), True, "T"),
    ]
    assert read.skipped == {}


def test_compressed_files_and_a_byte_order_mark_read_alike(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    plain = json.dumps(squad(record(1))).encode()
    codecs = {
        "a.json": lambda data: data,
        "b.json": lambda data: b"\xef\xbb\xbf" + data,
        "c.json.gz": gzip.compress,
        "d.json.xz": lzma.compress,
        "e.json.zst": zstandard.compress,
    }
    for name, compress in codecs.items():
        (tmp_path / name).write_bytes(compress(plain))
        assert [q.id for q in read_questions(tmp_path / name).questions] == ["q1"]


def test_windows_line_ends_change_no_offset(tmp_path):
    context = "Ann left.\r\nBob stayed."
    text = json.dumps(squad(record(1, text="Bob", start=11), context=context), indent=1)
    path = tmp_path / "crlf.json"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    (question,) = read_questions(path).questions
    assert question.context == context
    assert context[11 : 11 + 3] == "Bob"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record("x", start=9), "answer: not at its answer_start"),
        (record("x", start=-13), "answer: not at its answer_start"),
        (record("x", start=99), "answer: not at its answer_start"),
        (record("x", text="", start=3), "answer: empty"),
        (record("x", text=" ", start=3), "answer: empty"),
        (record("x", start="8"), "answer: a field is missing or is not text"),
        (record("x", answers=[{"text": "Bob"}]), "answer: a field is missing or is not text"),
        (record("x", answers=["Bob"]), "answer: a field is missing or is not text"),
        (record("x", answers=None), "question: a field is missing or is not text"),
        (record("x", answers=[]), "question: no answer, and not marked as impossible"),
        (record("x", question=None), "question: a field is missing or is not text"),
        (record("x", question="\ud800"), "question: a field is missing or is not text"),
        (record("x", id=None), "question: a field is missing or is not text"),
        (record("x", id="q3"), "question: its id was used before"),
        ("a string", "question: a field is missing or is not text"),
    ],
)
def test_a_broken_record_is_left_out_and_counted_and_many_are_refused(tmp_path, bad, reason):
    read = read_questions(write(tmp_path, with_good_ones(bad)))
    assert [q.id for q in read.questions] == [f"q{i}" for i in range(200)]
    assert read.skipped == {reason: 1}
    kind, _, why = reason.partition(": ")
    with pytest.raises(DataError, match=f"1 of .* {kind}s are broken .*{why}") as caught:
        read_questions(write(tmp_path, with_good_ones(bad, count=50)))
    assert "squad.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_first_bad_question_is_named_with_the_counts(tmp_path):
    records = [record(i, start=8 + (i in (3, 5))) for i in range(10)]
    with pytest.raises(DataError, match=r"2 of 10 answers are broken .*'q3'") as caught:
        read_questions(write(tmp_path, squad(*records)))
    assert caught.value.exit_code == 3


def test_one_in_a_hundred_is_the_most(tmp_path):
    assert len(read_questions(write(tmp_path, with_good_ones(record("x", start=9), 99))).questions)
    with pytest.raises(DataError):
        read_questions(write(tmp_path, with_good_ones(record("x", start=9), 98)))


def test_a_question_keeps_its_good_answers(tmp_path):
    answers = [{"text": "Bob", "answer_start": 8}, {"text": "Bob", "answer_start": 7}]
    read = read_questions(write(tmp_path, with_good_ones(record("x", answers=answers))))
    assert read.questions[-1].answers == (Answer("Bob", 8),)
    assert read.skipped == {"answer: not at its answer_start": 1}


def test_answers_of_an_impossible_question_are_not_looked_at(tmp_path):
    read = read_questions(write(tmp_path, squad(record(1, start=0, is_impossible=True))))
    assert read.questions[0].answers == ()
    assert read.questions[0].is_impossible


def test_prediction_needs_no_answers(tmp_path):
    unanswered = {"id": "a", "question": "Whom?"}
    path = write(tmp_path, squad(unanswered, record(2, start=0)))
    read = read_questions(path, need_answers=False)
    assert [(q.id, q.answers) for q in read.questions] == [("a", ()), ("q2", ())]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[1]", 'no list "data"'),
        ('{"data": {}}', 'no list "data"'),
        ('{"data": []}', "no question"),
        ('{"data": [{"paragraphs": []}]}', "no question"),
        ('{"data": [3]}', "1 of 1 questions are broken"),
        ('{"data": [{"title": "no paragraphs"}]}', "1 of 1 questions are broken"),
        ('{"data": [{"paragraphs": [{"context": "no questions"}]}]}', "1 of 1 questions"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_in_another_layout_is_refused_in_one_line(tmp_path, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read_questions(write(tmp_path, content))
    assert "squad.json: " in str(caught.value)
    assert " -> " in str(caught.value)


def test_a_missing_or_unreadable_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_questions(tmp_path / "none.json")
    with pytest.raises(DataError, match="directory"):
        read_questions(tmp_path)
    (tmp_path / "latin.json").write_bytes('{"data": "é"}'.encode("latin-1"))
    with pytest.raises(DataError, match="not JSON"):
        read_questions(tmp_path / "latin.json")


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_a_truncated_or_false_compressed_file_is_refused(tmp_path, suffix):
    zstandard = pytest.importorskip("zstandard")
    codecs = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress}
    whole = codecs[suffix](json.dumps(squad(record(1))).encode())
    for content in (whole[: len(whole) // 2], b"plain text"):
        path = tmp_path / f"bad.json{suffix}"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.json"):
            read_questions(path)
