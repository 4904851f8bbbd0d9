"""The scorer, on cases worked by hand after the rules of the official scripts."""

import gzip
import json

import pytest

from spanbert.errors import DataError
from spanbert.evaluation.qa import exact_match, normalize_answer, score_qa, token_f1


def squad(tmp_path, golds, name="gold.json"):
    """A gold file from id -> list of answers; None marks a question as impossible."""
    qas = [
        {
            "id": question_id,
            "question": "?",
            "answers": [{"text": text, "answer_start": 0} for text in texts or []],
        }
        | ({"is_impossible": True} if texts is None else {})
        for question_id, texts in golds.items()
    ]
    path = tmp_path / name
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "", "qas": qas}]}]}))
    return path


def predictions(tmp_path, texts):
    path = tmp_path / "predictions.json"
    path.write_text(json.dumps(texts))
    return path


def score(tmp_path, golds, texts):
    return score_qa(squad(tmp_path, golds), predictions(tmp_path, texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Denver\tBroncos!", "denver broncos"),
        ("an apple a day", "apple day"),
        ("a-b", "ab"),  # punctuation goes before articles do
        ("A. B. C.", "b c"),  # the initial is now an article
        ("Theatre of an anthem", "theatre of anthem"),
        ("the", ""),
        ("U.S.", "us"),
        ("$1,000.50", "100050"),
        ("naïve Ünï", "naïve ünï"),
        ("“quoted” — dash", "“quoted” — dash"),  # only ASCII punctuation goes
        ("line\nbreak\u00a0space", "line break space"),
        ("", ""),
    ],
)
def test_normalisation(text, expected):
    assert normalize_answer(text) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "exact", "f1"),
    [
        ("Denver Broncos", "the denver broncos.", 1, 1),
        ("Denver Broncos", "Broncos", 0, 2 / 3),  # precision 1, recall 1/2
        ("Denver Broncos", "Broncos Denver", 0, 1),  # order does not count in F1
        ("red red kite", "red kite kite", 0, 2 / 3),  # 2 shared of 3 and 3
        ("red", "blue", 0, 0),
        ("red", "", 0, 0),
        ("the", "a", 1, 0),  # both empty after normalisation: the 1.1 script's own oddity
        ("漢字", "漢字", 1, 1),
        ("漢 字", "漢字", 0, 0),
    ],
)
def test_pairs(gold, predicted, exact, f1):
    assert exact_match(gold, predicted) == exact
    assert token_f1(gold, predicted) == pytest.approx(f1)


def test_the_best_of_several_golds_counts_and_the_mean_is_in_percent(tmp_path):
    golds = {"a": ["in Oslo", "Oslo"], "b": ["a red kite", "kite"], "c": ["1907"]}
    texts = {"a": "Oslo", "b": "red kites kite", "c": "1908", "unasked": "ignored"}
    # b: against "red kite" 2 of 3 and 2 of 2, so 0.8; against "kite" 0.5
    assert score(tmp_path, golds, texts) == pytest.approx(
        {"exact_match": 100 / 3, "f1": 100 * 1.8 / 3, "total": 3, "missing": 0}
    )


def test_exact_match_and_f1_may_come_from_different_golds(tmp_path):
    golds = {"a": ["the", "red kite"]}  # "the" is empty when normalised
    scores = score(tmp_path, golds, {"a": "a"})
    assert (scores["exact_match"], scores["f1"]) == (100, 0)


def test_a_missing_prediction_counts_as_nothing(tmp_path):
    scores = score(tmp_path, {"a": ["x"], "b": ["y"]}, {"a": "x"})
    assert scores == {"exact_match": 50, "f1": 50, "total": 2, "missing": 1}


def test_squad_2_gives_the_parts_with_and_without_an_answer(tmp_path):
    golds = {"a": ["red kite"], "b": ["Oslo"], "c": None, "d": None, "e": None}
    texts = {"a": "kite", "b": "", "c": "", "d": "the", "e": "Oslo"}
    # a: f1 2/3; b: nothing; c and d: "" is right, and "the" is "" when normalised
    expected = {
        "exact_match": 100 * 2 / 5,
        "f1": 100 * (2 / 3 + 2) / 5,
        "total": 5,
        "HasAns_exact": 0,
        "HasAns_f1": 100 * (2 / 3) / 2,
        "HasAns_total": 2,
        "NoAns_exact": 100 * 2 / 3,
        "NoAns_f1": 100 * 2 / 3,
        "NoAns_total": 3,
        "missing": 0,
    }
    assert score(tmp_path, golds, texts) == pytest.approx(expected)


def test_squad_2_ignores_golds_that_normalise_to_nothing(tmp_path):
    golds = {"a": ["the", "kite"], "b": ["a"], "c": None}
    scores = score(tmp_path, golds, {"a": "an", "b": "the", "c": "x"})
    assert scores["HasAns_exact"] == 50  # a: "kite" alone is left; b: "" is all that is left
    assert scores["HasAns_f1"] == 50
    assert scores["NoAns_exact"] == 0


def test_squad_2_counts_a_missing_prediction_as_wrong_even_without_an_answer(tmp_path):
    scores = score(tmp_path, {"a": None}, {})
    assert (scores["exact_match"], scores["missing"], scores["NoAns_total"]) == (0, 1, 1)
    assert "HasAns_total" not in scores


def test_a_question_with_no_gold_answer_is_impossible(tmp_path):
    assert score(tmp_path, {"a": []}, {"a": ""})["NoAns_exact"] == 100


def test_compressed_gold_is_read(tmp_path):
    plain = squad(tmp_path, {"a": ["x"]})
    packed = tmp_path / "gold.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert score_qa(packed, predictions(tmp_path, {"a": "x"}))["exact_match"] == 100


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', '{"a": null}', '{"a": ["x"]}', '"x"', "{", ""])
def test_predictions_that_are_not_an_object_of_strings_are_refused(tmp_path, text):
    path = tmp_path / "predictions.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"predictions\.json: not ") as caught:
        score_qa(squad(tmp_path, {"a": ["x"]}), path)
    assert " -> " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ('{"data": []}', "no question"),
        ('{"a": "x"}', 'no list "data"'),
        ('{"data": [{"paragraphs": [{"qas": [{"id": "a"}]}]}]}', r"question 0 \(id 'a'\) lacks"),
        ('{"data": [{"paragraphs": [{"qas": [{"answers": []}]}]}]}', r"\(id None\) lacks"),
        ('{"data": [{"paragraphs": [{"qas": [{"id": 1, "answers": [2]}]}]}]}', "lacks"),
        ('{"data": [1]}', "lacks"),
    ],
)
def test_a_gold_file_in_another_layout_is_refused(tmp_path, text, message):
    path = tmp_path / "gold.json"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        score_qa(path, predictions(tmp_path, {}))


def test_missing_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        score_qa(tmp_path / "none.json", predictions(tmp_path, {}))
    with pytest.raises(DataError, match="No such file"):
        score_qa(squad(tmp_path, {"a": ["x"]}), tmp_path / "none.json")
