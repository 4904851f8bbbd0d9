"""A model's scores are those of the scorer on what it predicts; test comes before dev."""

from dataclasses import replace
from statistics import mean, stdev

import pytest
from coref_documents import write_stories

from spanbert.errors import ConfigError, DataError
from spanbert.evaluation.coref.files import score_coref
from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.evaluate import evaluate_coref
from spanbert.tasks.coref.predict import predict_file
from spanbert.tasks.coref.train import finetune_coref


@pytest.mark.parametrize("name", ["train.jsonl", "dev.conll"])
def test_figures_are_those_of_the_scorer_on_the_predicted_file(
    trained, learns, stories, tmp_path, name
):
    key, response = stories / name, tmp_path / name
    assert predict_file(trained[0], key, response) == len(read_documents(key).documents)
    expected = score_coref(key, response)
    result = evaluate_coref(trained[0], replace(learns, dev=(str(key),)))
    assert expected.pop("missing") == 0
    assert expected.pop("total") == result["num_documents"]
    assert {metric: result[metric] for metric in expected} == expected
    assert result["split"] == "dev"
    assert result["singletons"]
    assert result["num_documents"] == len(result["documents"]) == len(read_documents(key).documents)
    assert result["curve"] == trained[1].curve
    assert set(result["analysis"]) == {"by_cluster_size", "by_mention_type", "by_document_length"}
    kept, given = (read_documents(path).documents for path in (response, key))
    assert [one.sentences for one in kept] == [one.sentences for one in given]


def test_test_is_reported_with_dev_beside_it_and_the_spread_over_seeds(
    learns, arguments, stories, tmp_path
):
    test = write_stories(tmp_path / "test.conll", 2, first=80)
    config = replace(
        learns, dev=(str(stories / "dev.conll"),), test=(str(test),), seeds=(1, 2), epochs=3
    )
    training = finetune_coref(tmp_path / "model", **arguments, config=config)
    result = evaluate_coref(tmp_path / "model", config)
    assert (result["split"], result["num_documents"], result["dev"]["num_documents"]) == (
        "test",
        2,
        3,
    )
    values = [seed["test"]["conll_f1"] for seed in training.seeds]
    assert result["seeds"]["conll_f1"] == {"mean": mean(values), "sd": stdev(values)}
    best = max(training.trainings, key=lambda row: row["score"])
    own = next(row for row in training.seeds if row["seed"] == best["seed"])
    assert result["conll_f1"] == own["test"]["conll_f1"]
    assert "seeds" not in evaluate_coref(tmp_path / "model", replace(config, test=config.dev))


def test_no_file_and_a_missing_one_are_refused(trained, learns):
    with pytest.raises(ConfigError, match=r"coref\.dev names no file"):
        evaluate_coref(trained[0], learns)
    with pytest.raises(DataError, match="gone"):
        evaluate_coref(trained[0], replace(learns, dev=("gone.conll",)))
    path = trained[0] / "config.json"
    with pytest.raises(ConfigError, match="the same"):
        predict_file(trained[0], path, path)
