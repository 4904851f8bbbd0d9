"""Scores of files: each example by its place in the gold file, and none left out."""

import pytest
from glue_example import write_rows

from spanbert.errors import DataError
from spanbert.evaluation.glue_files import score_glue
from spanbert.tasks.glue.table import TASKS

GOLD = [("sentence", "label"), ("fine", "1"), ("dull", "0"), ("slow", "0"), ("kind", "1")]


def test_predictions_in_any_order_are_scored_by_place(tmp_path):
    gold = write_rows(tmp_path / "dev.tsv", *GOLD)
    rows = [("index", "prediction"), (3, 1), (0, 1), (2, 1), (1, 0), (4, 0)]
    predictions = write_rows(tmp_path / "SST-2.tsv", *rows)
    assert score_glue(gold, predictions, TASKS["sst2"]) == {"accuracy": 75, "total": 4}


def test_numbers_are_correlated(tmp_path):
    header = ("sentence1", "sentence2", "score")
    gold = write_rows(tmp_path / "dev.tsv", header, ("a", "b", 1), ("a", "b", 2), ("a", "b", 4))
    rows = [("index", "prediction"), (0, 0.1), (1, 0.2), (2, 0.4)]
    predictions = write_rows(tmp_path / "STS-B.tsv", *rows)
    scores = score_glue(gold, predictions, TASKS["stsb"])
    assert scores == {"pearson": pytest.approx(100), "spearman": pytest.approx(100), "total": 3}


def test_what_cannot_be_scored_whole_is_refused(tmp_path):
    gold = write_rows(tmp_path / "dev.tsv", *GOLD)
    predictions = write_rows(tmp_path / "SST-2.tsv", ("index", "prediction"), (0, 1), (2, 1))
    with pytest.raises(DataError, match="no prediction of 2 of 4 examples, the first is 1"):
        score_glue(gold, predictions, TASKS["sst2"])
    numbered = [("index", *GOLD[0]), (0, *GOLD[1]), (0, *GOLD[2])]
    twice = write_rows(tmp_path / "twice.tsv", *numbered)
    with pytest.raises(DataError, match="index '0' is there more than once"):
        score_glue(twice, predictions, TASKS["sst2"])
    broken = write_rows(tmp_path / "broken.tsv", *GOLD, *[("good", "1")] * 200, ("bad",))
    with pytest.raises(DataError, match="cannot be scored"):
        score_glue(broken, predictions, TASKS["sst2"])
