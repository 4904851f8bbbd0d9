"""GAP's scores by hand: each name counts, by the pronoun's gender, and the ratio of both."""

import pytest

from spanbert.errors import DataError
from spanbert.evaluation.gap import gap_scores, score_gap
from spanbert.tasks.coref.gap import GapExample, write_answers, write_gap


def example(name, pronoun, *, a, b):
    text = f"{pronoun} saw Ann and Bob."
    places = {word: text.index(word) for word in (pronoun, "Ann", "Bob")}
    return GapExample(
        name, text, pronoun, 0, "Ann", places["Ann"], a, "Bob", places["Bob"], b, "http://x"
    )


GOLD = [
    example("1", "She", a=True, b=False),
    example("2", "hers", a=False, b=True),
    example("3", "His", a=True, b=False),
    example("4", "him", a=False, b=False),
]


def test_scores_by_hand():
    answers = {"1": (True, True), "2": (False, False), "3": (True, False), "4": (True, False)}
    found = gap_scores(GOLD, answers)
    # feminine: one right, one wrong, one missed; masculine: one right, one wrong
    assert found["feminine"] == pytest.approx({"recall": 50, "precision": 50, "f1": 50})
    assert found["masculine"] == pytest.approx({"recall": 100, "precision": 50, "f1": 200 / 3})
    assert found["overall"] == pytest.approx({"recall": 200 / 3, "precision": 50, "f1": 400 / 7})
    assert found["bias"] == pytest.approx(0.75)
    assert (found["total"], found["missing"]) == (4, 0)


def test_an_example_without_an_answer_is_two_names_missed():
    answers = {"1": (True, False), "2": (False, True), "3": (True, False), "x": (True, True)}
    found = gap_scores(GOLD, answers)
    assert found["masculine"]["recall"] == pytest.approx(100 / 3)
    assert found["feminine"]["f1"] == 100
    assert (found["missing"], found["unknown"]) == (1, 1)


def test_there_is_no_bias_where_nothing_is_right():
    found = gap_scores(GOLD, {})
    assert (found["bias"], found["overall"]["f1"], found["missing"]) == (None, 0, 4)
    assert gap_scores([], {})["bias"] is None


def test_a_pronoun_without_gender_is_refused():
    with pytest.raises(DataError, match="the pronoun of example '5' is 'They'"):
        gap_scores([example("5", "They", a=True, b=True)], {})


def test_files(tmp_path):
    gold, answers = tmp_path / "gold.tsv", tmp_path / "answers.tsv"
    write_gap(GOLD, gold)
    write_answers({one.id: (one.is_a, one.is_b) for one in GOLD}, answers)
    found = score_gap(gold, answers)
    assert (found["overall"]["f1"], found["bias"]) == (100, 1)


def test_a_gold_file_with_anything_broken_is_refused(tmp_path):
    gold, answers = tmp_path / "gold.tsv", tmp_path / "answers.tsv"
    write_gap([example(str(number), "She", a=True, b=True) for number in range(200)], gold)
    gold.write_text(gold.read_text() + "x\n")
    write_answers({}, answers)
    with pytest.raises(DataError, match="cannot be scored"):
        score_gap(gold, answers)
