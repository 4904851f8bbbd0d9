"""The scores of a model: each split by itself, and only where they can be compared."""

from dataclasses import replace

import pytest

from spanbert.errors import ConfigError
from spanbert.tasks.classification.evaluate import evaluate_classifier
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.problem import GlueProblem


@pytest.fixture
def mnli(learns, arguments, tmp_path):
    config = replace(learns, task="mnli", epochs=1, evaluations_per_epoch=1)
    training = finetune_classifier(tmp_path / "model", GlueProblem, config=config, **arguments)
    return tmp_path / "model", config, training


def test_the_mismatched_set_is_scored_apart_and_chooses_nothing(mnli):
    folder, config, training = mnli
    result = evaluate_classifier(folder, GlueProblem, config)
    assert result["split"] == "dev"
    assert result["accuracy"] == training.trainings[0]["score"]
    by_id = {row["id"]: row for row in result["examples"]}
    labels = ("entailment", "neutral", "contradiction")  # of the second set: the next one
    right = sum(
        row["predicted"] == labels[(labels.index(row["gold"]) + 1) % 3] for row in by_id.values()
    )
    expected = {"accuracy": pytest.approx(100 * right / 12), "num_examples": 12}
    assert result["mismatched"] == expected


def test_rows_and_labels_agree_with_the_figures(mnli):
    folder, config, _ = mnli
    result = evaluate_classifier(folder, GlueProblem, config)
    right = [row["gold"] == row["predicted"] for row in result["examples"]]
    assert result["accuracy"] == pytest.approx(100 * sum(right) / len(right))
    assert sum(row["num_examples"] for row in result["labels"].values()) == 12
    assert all(0.3 < row["probability"] <= 1 for row in result["examples"])


def test_a_model_of_another_task_and_no_file_are_refused(mnli):
    folder, config, _ = mnli
    with pytest.raises(
        ConfigError, match=r"glue\.task = 'rte', and the model was made with 'mnli'"
    ):
        evaluate_classifier(folder, GlueProblem, replace(config, task="rte"))
    with pytest.raises(ConfigError, match=r"glue\.dev names no file"):
        evaluate_classifier(folder, GlueProblem, GlueConfig(task="mnli"))
