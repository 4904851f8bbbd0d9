"""The scorer, on cases worked by hand after the rules of the official scripts."""

import gzip
import json

import pytest

from spanbert.errors import ConfigError, DataError
from spanbert.evaluation.qa import score_qa


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


def written(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def predictions(tmp_path, texts):
    return written(tmp_path / "predictions.json", texts)


def score(tmp_path, golds, texts):
    return score_qa(squad(tmp_path, golds), predictions(tmp_path, texts))


def score_with_odds(tmp_path, golds, texts, odds, threshold=None):
    odds_path = written(tmp_path / "odds.json", odds)
    gold_path, predictions_path = squad(tmp_path, golds), predictions(tmp_path, texts)
    return score_qa(gold_path, predictions_path, odds_path=odds_path, threshold=threshold)


def lines(tmp_path, *records):
    return written(tmp_path / "gold.jsonl", "".join(json.dumps(r) + "\n" for r in records))


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


def test_odds_above_the_threshold_make_the_answer_none(tmp_path):
    golds = {"a": ["red kite"], "b": ["Oslo"], "c": None, "d": None}
    texts = {"a": "red kite", "b": "Oslo", "c": "x", "d": ""}
    odds = {"a": 0.2, "b": 0.7, "c": 0.7, "d": 0.5}
    # above 0.5 are b, now wrong, and c, now right; d was right and is not above
    scores = score_with_odds(tmp_path, golds, texts, odds, threshold=0.5)
    assert (scores["exact_match"], scores["HasAns_exact"], scores["NoAns_exact"]) == (75, 50, 100)
    # nothing is above 1, the default: a, b and d are right
    scores = score_with_odds(tmp_path, golds, texts, odds)
    assert (scores["exact_match"], scores["NoAns_f1"]) == (75, 50)


def test_the_best_thresholds_by_hand(tmp_path):
    golds = {"a": ["red kite"], "b": None, "c": ["Oslo"], "d": None}
    texts = {"a": "kite", "b": "", "c": "Oslo", "d": "x"}
    odds = {"d": 0.9, "c": 0.3, "b": 0.2, "a": 0.1}
    scores = score_with_odds(tmp_path, golds, texts, odds)
    # none for all: 2 points. Then f1: a 2 2/3, b still, c 3 2/3, d loses one. Exact: 2, 2, 3, 2.
    assert scores["best_f1"] == pytest.approx(100 * (3 + 2 / 3) / 4)
    assert (scores["best_f1_thresh"], scores["best_exact"], scores["best_exact_thresh"]) == (
        0.3,
        75,
        0.3,
    )


def test_of_equal_odds_those_first_in_the_file_are_answered_first(tmp_path):
    golds, texts = {"a": ["x"], "b": None}, {"a": "x", "b": "y"}
    # a gains a point and then b loses it, or b loses one first and a brings it back
    first_a = score_with_odds(tmp_path, golds, texts, {"a": 0.4, "b": 0.4})
    first_b = score_with_odds(tmp_path, golds, texts, {"b": 0.4, "a": 0.4})
    assert (first_a["best_f1"], first_a["best_f1_thresh"]) == (100, 0.4)
    assert (first_b["best_f1"], first_b["best_f1_thresh"]) == (50, 0.0)


def test_where_none_is_best_for_all_the_threshold_is_0(tmp_path):
    scores = score_with_odds(
        tmp_path, {"a": None, "b": ["x"]}, {"a": "y", "b": "z"}, {"a": -5, "b": -4}
    )
    assert (scores["best_exact"], scores["best_exact_thresh"]) == (50, 0.0)


def test_a_threshold_below_0_without_odds_answers_none_for_all(tmp_path):
    gold, answers = (
        squad(tmp_path, {"a": ["x"], "b": None}),
        predictions(tmp_path, {"a": "x", "b": "y"}),
    )
    scores = score_qa(gold, answers, threshold=-1.0)
    assert (scores["HasAns_exact"], scores["NoAns_exact"]) == (0, 100)
    assert "best_f1" not in scores


def test_odds_or_a_threshold_ask_for_the_rules_of_squad_2(tmp_path):
    golds, texts = {"a": ["the"]}, {"a": "an"}
    assert score(tmp_path, golds, texts)["f1"] == 0
    assert score_with_odds(tmp_path, golds, texts, {"a": 0})["HasAns_f1"] == 100
    gold, answers = squad(tmp_path, golds), predictions(tmp_path, texts)
    assert score_qa(gold, answers, threshold=0.5)["HasAns_f1"] == 100


@pytest.mark.parametrize(
    ("odds", "message"),
    [
        ([], "not a JSON object"),
        ({"a": "0.5"}, "not a number, but '0.5', for question 'a'"),
        ({"a": None}, "not a number"),
        ({"a": True}, "not a number"),
        ('{"a": NaN}', "not a number, but nan"),
        ({"a": 0, "unasked": "x"}, "not a number"),  # all are put in order
        ({"b": 0.5}, "no odds for question 'a'"),
        ("{", "not JSON"),
    ],
)
def test_odds_that_cannot_be_put_in_order_are_refused(tmp_path, odds, message):
    with pytest.raises(DataError, match=message) as caught:
        score_with_odds(tmp_path, {"a": ["x"]}, {"a": "x"}, odds)
    assert "odds.json: " in str(caught.value)
    assert " -> " in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "is_v2"),
    [
        ({}, False),
        ({"version": "1.1"}, False),
        ({"version": "v1.0"}, False),
        ({"version": "v2.0"}, True),
        ({"version": "2.0"}, True),
        ({"version": 2}, True),
    ],
)
def test_the_version_of_a_file_decides_the_rules_where_no_question_does(tmp_path, changes, is_v2):
    content = {"data": [{"paragraphs": [{"qas": [{"id": "a", "answers": [{"text": "the"}]}]}]}]}
    gold = written(tmp_path / "gold.json", content | changes)
    scores = score_qa(gold, predictions(tmp_path, {"a": "an"}))
    assert scores["f1"] == (100 if is_v2 else 0)
    assert ("HasAns_f1" in scores) == is_v2


def test_a_mark_that_a_question_has_an_answer_makes_it_squad_2(tmp_path):
    qas = [{"id": "a", "answers": [{"text": "the"}], "is_impossible": False}]
    gold = written(tmp_path / "gold.json", {"data": [{"paragraphs": [{"qas": qas}]}]})
    assert score_qa(gold, predictions(tmp_path, {"a": "a"}))["HasAns_f1"] == 100


def test_squad_1_counts_each_question_of_one_id_and_squad_2_the_last(tmp_path):
    qas = [{"id": "a", "answers": [{"text": text}]} for text in ("x", "y", "y")]
    content = {"data": [{"paragraphs": [{"qas": qas}]}]}
    answers = predictions(tmp_path, {"a": "x"})
    v1 = score_qa(written(tmp_path / "v1.json", content), answers)
    v2 = score_qa(written(tmp_path / "v2.json", content | {"version": "v2.0"}), answers)
    assert (v1["exact_match"], v1["total"]) == (100 / 3, 3)
    assert (v2["exact_match"], v2["total"]) == (0, 1)


def test_mrqa_is_scored_by_the_accepted_texts_and_the_last_of_an_id(tmp_path):
    detected = [{"text": "wrong", "char_spans": [[900, 1]]}]
    gold = lines(
        tmp_path,
        {"header": {"dataset": "X"}},
        {"qas": [{"qid": "a", "answers": ["no"]}, {"qid": "b", "answers": ["Oslo", "red kite"]}]},
        {"qas": [{"qid": "a", "answers": ["the"], "detected_answers": detected}]},
    )
    scores = score_qa(gold, predictions(tmp_path, {"a": "a", "b": "kite"}))
    assert scores == pytest.approx(
        {"exact_match": 50, "f1": 100 * (2 / 3) / 2, "total": 2, "missing": 0}
    )


def test_mrqa_has_no_odds_and_no_question_without_gold(tmp_path):
    gold, answers = lines(tmp_path, {"qas": [{"qid": "a", "answers": []}]}), {"a": "x"}
    assert score_qa(gold, predictions(tmp_path, {}))["missing"] == 1
    with pytest.raises(DataError, match="no gold answer to question 'a'"):
        score_qa(gold, predictions(tmp_path, answers))
    with pytest.raises(ConfigError, match="MRQA has no questions without an answer"):
        score_qa(gold, predictions(tmp_path, answers), threshold=0.5)


def test_lines_of_our_own_are_scored_by_the_rules_that_their_marks_ask_for(tmp_path):
    one = {"id": 1, "question": "?", "context": "c", "answers": ["the", {"text": "x", "start": 99}]}
    none = {"id": "n", "question": "?", "context": "c", "answers": []}
    texts = predictions(tmp_path, {"1": "a", "n": ""})
    assert score_qa(lines(tmp_path, one), texts)["f1"] == 0
    scores = score_qa(lines(tmp_path, one, none), texts)
    assert (scores["HasAns_f1"], scores["NoAns_f1"]) == (0, 100)  # "the" is passed over
    marked = one | {"is_impossible": False}
    assert score_qa(lines(tmp_path, marked), predictions(tmp_path, {"1": "x"}))["HasAns_f1"] == 100
    assert score_qa(lines(tmp_path, one), predictions(tmp_path, {"1": "x"}))["f1"] == 100


def test_what_is_predicted_for_questions_that_were_not_asked_may_be_anything(tmp_path):
    assert score(tmp_path, {"a": ["x"]}, {"a": "x", "b": None, "c": 3})["exact_match"] == 100


def test_offsets_contexts_and_half_surrogates_do_not_matter_to_the_scorer(tmp_path):
    qas = [{"id": "a", "answers": [{"text": "\ud83d x", "answer_start": "?"}, {"text": ""}]}]
    gold = written(tmp_path / "gold.json", {"data": [{"paragraphs": [{"qas": qas}]}]})
    assert score_qa(gold, predictions(tmp_path, {"a": "\ud83d X!"}))["exact_match"] == 100


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
        ('{"data": [{"paragraphs": [{"qas": [{"id": "a"}]}]}]}', r"question 1 \(id 'a'\) lacks"),
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
