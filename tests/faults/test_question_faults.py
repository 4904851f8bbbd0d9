"""Broken files of questions (F46): counted and reported, or refused; never scored silently.

`score qa` looks at ids and texts alone, as the official scripts do, so what is broken beside them
changes no score.
"""

import json

import pytest
from squad_oracle import score_mrqa, score_v1, score_v2

from spanbert.cli import main
from spanbert.errors import DataError
from spanbert.tasks.qa.examples import read_questions

NUM_GOOD = 300
CONTEXT = "Ann met Bob in Oslo.\r\nThen she left."
TEXTS = {f"q{number}": ("Bob", "Oslo", "she")[number % 3] for number in range(NUM_GOOD)}
PREDICTIONS = {key: ("Bob", "in Oslo", "")[number % 3] for number, key in enumerate(TEXTS)}


def squad_question(key, text, start=None, **changes):
    start = CONTEXT.index(text) if start is None else start
    answers = [{"text": text, "answer_start": start}]
    return {"id": key, "question": "Whom?", "answers": answers} | changes


def squad(path, *more):
    good = [squad_question(key, text) for key, text in TEXTS.items()]
    paragraphs = [{"context": CONTEXT, "qas": [*good, *more]}]
    path.write_text(json.dumps({"version": "1.1", "data": [{"paragraphs": paragraphs}]}, indent=1))
    return path


def mrqa_question(key, text):
    start = CONTEXT.index(text)
    spans = [{"text": text, "char_spans": [[start, start + len(text) - 1]]}]
    return {"qid": key, "question": "Whom?", "answers": [text], "detected_answers": spans}


def write_lines(path, *objects):
    path.write_text("".join(json.dumps(fields) + "\n" for fields in objects))
    return path


def mrqa(path):
    good = [mrqa_question(key, text) for key, text in TEXTS.items()]
    return write_lines(path, {"header": {}}, {"context": CONTEXT, "qas": good})


def own(path):
    return write_lines(
        path,
        *(
            {"id": key, "question": "Whom?", "context": CONTEXT, "answers": [text]}
            for key, text in TEXTS.items()
        ),
    )


def score(tmp_path, capsys, gold, *words):
    """Exit code, and what `score qa` prints for the predictions."""
    (tmp_path / "predictions.json").write_text(json.dumps(PREDICTIONS))
    command = ["score", "qa", "--gold", str(gold)]
    command += ["--predictions", str(tmp_path / "predictions.json"), *map(str, words)]
    code = main(command)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (squad_question("x", "Bob", 9), "answer: not at its answer_start"),
        (squad_question("x", "", 9), "answer: empty"),
        (squad_question("x", "\ud83d", 0), "answer: a field is missing or is not text"),
        (squad_question("q7", "Bob"), "question: its id was used before"),
    ],
)
def test_f46_what_is_broken_is_counted_where_it_is_read_and_scored_as_the_official_script_does(
    broken, reason, tmp_path, capsys
):
    gold = squad(tmp_path / "gold.json", broken)
    read = read_questions(gold)
    assert (len(read.questions), read.skipped) == (NUM_GOOD, {reason: 1})
    code, out, _ = score(tmp_path, capsys, gold)
    pairs = [(key, [text]) for key, text in TEXTS.items()]
    pairs.append((broken["id"], [broken["answers"][0]["text"]]))
    scores = json.loads(out)
    assert code == 0
    assert scores["total"] == NUM_GOOD + 1
    expected = score_v1(pairs, PREDICTIONS)
    assert {name: scores[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("write", [squad, mrqa, own])
def test_f46_windows_line_ends_and_a_byte_order_mark_change_nothing(write, tmp_path, capsys):
    plain = write(tmp_path / "gold.json")
    windows = tmp_path / "windows.json"
    windows.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    assert read_questions(windows) == read_questions(plain)
    assert score(tmp_path, capsys, windows) == score(tmp_path, capsys, plain)
    assert read_questions(plain).skipped == {}


def test_f46_missing_test_labels_are_neither_trained_on_nor_scored_but_answered(tmp_path, capsys):
    unlabelled = {
        "squad.json": {
            "data": [{"paragraphs": [{"context": "c", "qas": [{"id": "a", "question": "?"}]}]}]
        },
        "mrqa.jsonl": {"context": "c", "qas": [{"qid": "a", "question": "?"}]},
        "own.jsonl": {"id": "a", "question": "?", "context": "c"},
    }
    for name, content in unlabelled.items():
        path = write_lines(tmp_path / name, content)
        with pytest.raises(
            DataError, match=r"1 of 1 questions are broken .question: no list of answers"
        ):
            read_questions(path)
        assert [q.id for q in read_questions(path, need_answers=False).questions] == ["a"]
        code, out, err = score(tmp_path, capsys, path)
        assert (code, out) == (3, "")
        assert "question 1 (id 'a') lacks an id or answers with text" in err


@pytest.mark.parametrize(
    "content",
    [
        "id\tquestion\tanswer\n1\tWhom?\tBob\n",
        '[{"question": "Whom?"}]',
        '{"rows": []}',
        "",
        "\x00" * 99,
    ],
)
def test_f46_an_unknown_layout_is_refused_in_one_line(content, tmp_path, capsys):
    path = tmp_path / "unknown.json"
    path.write_text(content)
    code, out, err = score(tmp_path, capsys, path)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "unknown.json: " in err
    assert " -> " in err


def test_f46_a_file_with_many_broken_answers_is_refused_with_the_first(tmp_path):
    broken = [squad_question(f"x{number}", "Bob", 9) for number in range(20)]
    with pytest.raises(DataError, match=r"20 of 320 answers are broken .*'x0'") as caught:
        read_questions(squad(tmp_path / "train.json", *broken))
    assert caught.value.exit_code == 3


def test_f46_mrqa_agrees_with_the_official_script(tmp_path, capsys):
    _, out, _ = score(tmp_path, capsys, mrqa(tmp_path / "gold.jsonl"))
    scores = json.loads(out)
    expected = score_mrqa([(key, [text]) for key, text in TEXTS.items()], PREDICTIONS)
    assert {name: scores[name] for name in expected} == pytest.approx(expected)


def test_f46_squad_2_with_odds_agrees_with_the_official_script(tmp_path, capsys):
    marked = [
        squad_question(f"n{number}", "Bob", answers=[], is_impossible=True) for number in range(40)
    ]
    gold = squad(tmp_path / "gold.json", *marked)
    pairs = [(key, [text]) for key, text in TEXTS.items()] + [(q["id"], []) for q in marked]
    predictions = PREDICTIONS | {q["id"]: ("", "Ann")[i % 2] for i, q in enumerate(marked)}
    odds = {key: (number * 7 % 10) / 10 for number, key in enumerate(predictions)}
    (tmp_path / "odds.json").write_text(json.dumps(odds))
    (tmp_path / "all.json").write_text(json.dumps(predictions))
    words = ["--gold", gold, "--predictions", tmp_path / "all.json"]
    words += ["--no-answer-odds", tmp_path / "odds.json", "--no-answer-threshold", "0.55"]
    assert main(["score", "qa", *map(str, words)]) == 0
    expected = score_v2(pairs, predictions, odds, 0.55)
    expected |= {"exact_match": expected.pop("exact"), "missing": 0}
    assert json.loads(capsys.readouterr().out) == pytest.approx(expected)
