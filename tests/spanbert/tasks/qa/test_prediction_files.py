"""The official layouts, and that a file is whole or absent."""

import json

import pytest

from spanbert.errors import StorageError
from spanbert.tasks.qa.answers import Candidate, Prediction
from spanbert.tasks.qa.prediction_files import n_best_of, write_predictions

FIRST = Candidate("Zoë", 0, 3, 3.0, 0.6, 2.0, 1.0)
SECOND = Candidate('Zoë "x"\n', 0, 8, 1.0, 0.1, 2.0, -1.0)
NULL = Candidate("", 0, 0, 2.0, 0.3, 1.5, 0.5)


def prediction(name, null=NULL, candidates=(FIRST, SECOND)):
    given = candidates[0] if candidates else null
    numbers = (given.text, given.start, given.end, given.score)
    return Prediction(name, *numbers, null.score, candidates, given.probability, null)


def test_three_files_in_the_official_layouts(tmp_path):
    asked = [prediction("a"), prediction('b"', candidates=())]
    paths = [tmp_path / "new" / name for name in ("answers.json", "nbest.json", "odds.json")]
    assert write_predictions(iter(asked), *paths) == 2
    answers, n_best, odds = (json.loads(path.read_text("utf-8")) for path in paths)
    assert answers == {"a": "Zoë", 'b"': ""}
    assert list(answers) == ["a", 'b"']
    assert odds == {"a": -1.0, 'b"': 0.0}
    assert n_best["a"][0] == {
        "text": "Zoë",
        "probability": 0.6,
        "start_logit": 2.0,
        "end_logit": 1.0,
    }
    assert [one["text"] for one in n_best["a"]] == ["Zoë", "", 'Zoë "x"\n']
    assert [one["text"] for one in n_best['b"']] == [""]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(p.name for p in paths)


def test_the_empty_answer_is_listed_where_the_model_may_give_it():
    never = NULL._replace(probability=0.0)
    assert [one["text"] for one in n_best_of(prediction("a", never))] == ["Zoë", 'Zoë "x"\n']


def test_no_prediction_is_an_empty_object(tmp_path):
    assert write_predictions([], tmp_path / "answers.json") == 0
    assert json.loads((tmp_path / "answers.json").read_text()) == {}


def test_a_failure_leaves_the_old_files_and_no_others(tmp_path):
    paths = [tmp_path / name for name in ("answers.json", "nbest.json", "odds.json")]
    paths[0].write_text("old")

    def failing():
        yield prediction("a")
        raise RuntimeError("the model failed")

    with pytest.raises(RuntimeError, match="failed"):
        write_predictions(failing(), *paths)
    assert [path.name for path in tmp_path.iterdir()] == ["answers.json"]
    assert paths[0].read_text() == "old"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"odds\.json"):
        write_predictions([], tmp_path / "answers.json", None, tmp_path / "file" / "odds.json")
    assert not (tmp_path / "answers.json").exists()
