"""Where a model is right: parts that add up to the whole, and confidence beside success."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from spanbert.evaluation.qa import QuestionScore
from spanbert.evaluation.qa_analysis import (
    MAX_SHOWN_CHARACTERS,
    NUM_WORST,
    answer_length,
    calibration,
    first_answer,
    qa_analysis,
    question_word,
)
from spanbert.tasks.qa.answers import Prediction
from spanbert.tasks.qa.examples import Answer, Question


def scored(number, question, gold, text, *, exact=0.0, f1=0.0, probability=0.5):
    """A question with the answer that was given and its score."""
    return (
        Question(f"q{number}", question, "a context", gold=gold, is_impossible=not gold),
        Prediction(
            id=f"q{number}",
            text=text,
            start=0,
            end=0,
            score=1.0,
            null_score=0.0,
            candidates=(),
            probability=probability,
        ),
        QuestionScore(f"q{number}", exact, f1, has_answer=bool(gold)),
    )


def analysis_of(rows, *, show_examples=False):
    questions, predictions, scores = zip(*rows, strict=True) if rows else ((), (), ())
    return qa_analysis(questions, predictions, scores, show_examples=show_examples)


ROWS = [
    scored(0, "Who wrote it?", ("Ann",), "Ann", exact=1.0, f1=1.0, probability=0.88),
    scored(1, "To whom?", ("Bob of Oslo",), "Bob", f1=0.5, probability=0.82),
    scored(2, "Name it.", ("the old river near the mill", "river"), "mill", probability=0.3),
    scored(3, "Who did not?", (), "", exact=1.0, f1=1.0, probability=0.95),
    scored(4, "When?", (), "in 1907", probability=0.7),
]


def test_a_case_by_hand():
    found = analysis_of(ROWS)
    assert found == {
        "by_answer_length": [
            {"name": "1", "exact_match": 100.0, "f1": 100.0, "num_questions": 1},
            {"name": "3–4", "exact_match": 0.0, "f1": 50.0, "num_questions": 1},
            {"name": "5–8", "exact_match": 0.0, "f1": 0.0, "num_questions": 1},
        ],
        "by_question_word": [
            {"name": "who", "exact_match": 200 / 3, "f1": 250 / 3, "num_questions": 3},
            {"name": "when", "exact_match": 0.0, "f1": 0.0, "num_questions": 1},
            {"name": "other", "exact_match": 0.0, "f1": 0.0, "num_questions": 1},
        ],
        "by_answerability": [
            {"name": "has an answer", "exact_match": 100 / 3, "f1": 50.0, "num_questions": 3},
            {"name": "has no answer", "exact_match": 50.0, "f1": 50.0, "num_questions": 2},
        ],
        "calibration": {
            "bins": [
                {"confidence": 0.3, "exact": 0.0, "num_questions": 1},
                {"confidence": 0.7, "exact": 0.0, "num_questions": 1},
                {"confidence": pytest.approx(0.85), "exact": 0.5, "num_questions": 2},
                {"confidence": 0.95, "exact": 1.0, "num_questions": 1},
            ],
            "expected_error": pytest.approx((0.3 + 0.7 + 2 * 0.35 + 0.05) / 5),
        },
    }
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("1907", "1"),
        ("St. Ives", "2"),
        ("in  the\tmill", "3–4"),
        ("a b c d", "3–4"),
        ("a b c d e", "5–8"),
        ("a b c d e f g h", "5–8"),
        ("a b c d e f g h i", "9+"),
    ],
)
def test_lengths_count_words_between_white_space(answer, expected):
    assert answer_length(answer) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What year was it?", "what"),
        ("In WHAT year?", "what"),
        ("what's that", "what"),
        ("To whom did she write?", "who"),
        ("Whose mill is it?", "who"),
        ("The man who knew why is called?", "who"),
        ("How many kites, and when?", "how"),
        ("However it may be, name it.", "other"),
        ("Somewhat late?", "other"),
        ("", "other"),
    ],
)
def test_the_first_question_word_counts(question, expected):
    assert question_word(question) == expected


@given(st.text())
def test_every_question_has_one_word(question):
    known = {"what", "who", "when", "where", "which", "why", "how", "other"}
    assert question_word(question) in known
    assert question_word(f"{question} why") != "other"


def test_the_answer_that_counts_is_the_first_with_a_word():
    assert first_answer(Question("q", "?", "c", (Answer("found", 0),), gold=("", "gold"))) == "gold"
    assert first_answer(Question("q", "?", "c", (Answer("found", 0),))) == "found"
    assert first_answer(Question("q", "?", "c")) == ""


def test_parts_add_up_to_the_whole():
    chance = random.Random(0)
    words = ["Who", "What", "On which day", "Name", "How"]
    rows = []
    for i in range(300):
        f1 = chance.choice([0.0, 0.4, 1.0])
        gold = (" ".join("w" * chance.randint(1, 12)),)
        rows.append(scored(i, chance.choice(words), gold, "x", exact=float(f1 == 1.0), f1=f1))
    found = analysis_of(rows)
    for parts in (found[name] for name in found if name.startswith("by_")):
        assert sum(part["num_questions"] for part in parts) == 300
        for figure, key in (("exact_match", "exact"), ("f1", "f1")):
            total = sum(part[figure] * part["num_questions"] for part in parts)
            assert total == pytest.approx(100 * sum(getattr(s, key) for *_, s in rows))


@pytest.mark.parametrize("seed", range(20))
def test_calibration_equals_that_of_scikit_learn(seed):
    chance = np.random.default_rng(seed)
    confidences = chance.random(200) ** chance.choice([0.3, 1, 3])
    confidences[:20] = np.round(confidences[:20], 1)  # on the edges of bins
    exact = (chance.random(200) < confidences**1.5).astype(float)
    bins = calibration(confidences, exact)["bins"]
    shares, means = calibration_curve(exact, confidences, n_bins=10, strategy="uniform")
    assert [b["exact"] for b in bins] == pytest.approx(shares.tolist())
    assert [b["confidence"] for b in bins] == pytest.approx(means.tolist())
    assert sum(b["num_questions"] for b in bins) == 200


def test_the_expected_error_is_the_mean_gap_of_a_question():
    chance = np.random.default_rng(0)
    confidences = chance.random(150)
    exact = (chance.random(150) < 0.6).astype(float)
    bin_of = [min(int(np.ceil(10 * c)), 10) for c in confidences]
    gaps = []
    for own in bin_of:  # slow and obvious: the gap of each question's bin
        inside = [other == own for other in bin_of]
        gaps.append(abs(confidences[inside].mean() - exact[inside].mean()))
    assert calibration(confidences, exact)["expected_error"] == pytest.approx(np.mean(gaps))


def test_one_that_knows_what_it_knows_has_no_error():
    sure = calibration(np.array([1.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0]))
    assert sure["expected_error"] == 0.0
    assert [b["confidence"] for b in sure["bins"]] == [0.0, 1.0]


def test_texts_are_kept_only_when_asked_for():
    text = json.dumps(analysis_of(ROWS))
    assert not any(private in text for private in ("Ann", "Bob", "1907", "wrote"))
    assert "worst" not in analysis_of(ROWS)


def test_the_worst_are_those_that_the_model_was_surest_of():
    worst = analysis_of(ROWS, show_examples=True)["worst"]
    assert [(w["answer"], w["f1"], w["probability"]) for w in worst] == [
        ("in 1907", 0.0, 0.7),
        ("mill", 0.0, 0.3),
        ("Bob", 50.0, 0.82),
    ]
    assert [w["gold"] for w in worst] == ["", "the old river near the mill", "Bob of Oslo"]


def test_of_many_errors_few_are_kept_and_long_texts_are_cut():
    rows = [scored(i, "Why? " * 500, ("a",), "b", probability=i / 50) for i in range(50)]
    worst = analysis_of(rows, show_examples=True)["worst"]
    assert [w["probability"] for w in worst] == [i / 50 for i in range(49, 39, -1)]
    assert len(worst) == NUM_WORST
    assert len(worst[0]["question"]) == MAX_SHOWN_CHARACTERS
    assert worst[0]["question"].endswith("…")


def test_no_question_gives_no_part():
    found = analysis_of([], show_examples=True)
    assert found.pop("calibration") == {"bins": [], "expected_error": 0.0}
    assert set(map(tuple, found.values())) == {()}


def test_scores_in_another_order_are_refused():
    questions, predictions, scores = zip(*ROWS, strict=True)
    with pytest.raises(AssertionError):
        qa_analysis(questions, predictions, scores[::-1], show_examples=False)
    with pytest.raises(ValueError, match="shorter"):
        qa_analysis(questions, predictions, scores[:-1], show_examples=False)
