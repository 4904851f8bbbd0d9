"""Fine-tuning end to end: it learns, it repeats itself, and its folder is a stock one."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertForSequenceClassification

from spanbert.errors import CheckpointError, ConfigError, DataError
from spanbert.model.pretraining import initialize
from spanbert.model.published import write_folder
from spanbert.storage import sha256_of, verify
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.evaluate import evaluate_classifier
from spanbert.tasks.classification.head import ClassificationModel
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.classification.trainer import balancing_weights
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.examples import GlueExample
from spanbert.tasks.glue.problem import GlueProblem

TEXTS = ["Ann loved the play .", "No one hated the film .", "The miller left ."]


def train(folder, config, arguments, **changes):
    return finetune_classifier(folder, GlueProblem, config=config, **arguments | changes)


def test_a_tiny_model_learns_and_says_so_of_what_it_has_not_seen(learns, arguments, tmp_path):
    told = []
    config = replace(learns, evaluations_per_epoch=1, patience=3)
    training = train(tmp_path / "model", config, arguments, say=told.append)
    assert (training.num_examples, training.num_labels) == (36, 2)
    assert training.curve[-1]["loss"] < 0.1 < training.curve[0]["loss"]
    result = evaluate_classifier(tmp_path / "model", GlueProblem, config)
    best = max(point["score"] for point in training.dev_curve)
    assert (result["split"], result["accuracy"], result["num_examples"]) == ("dev", best, 12)
    assert best > 90
    assert told[0] == "36 examples, 0 skipped"


@pytest.mark.parametrize(("task", "metric"), [("rte", "accuracy"), ("stsb", "spearman")])
def test_pairs_and_numbers_are_learnt_too(learns, arguments, tmp_path, task, metric):
    config = replace(learns, task=task, epochs=30)
    training = train(tmp_path / "model", config, arguments)
    assert training.curve[-1]["loss"] < training.curve[0]["loss"] / 5
    result = evaluate_classifier(tmp_path / "model", GlueProblem, config)
    assert result[metric] > 85
    assert ("labels" in result) == (task == "rte")
    row = result["examples"][0]
    assert type(row["predicted"]) is (str if task == "rte" else float)


def test_one_seed_gives_one_model(learns, arguments, sizes, tmp_path):
    config = replace(learns, epochs=1)
    dropping = replace(sizes, hidden_dropout=0.1, attention_dropout=0.1)
    digests = {}
    for name, seed in {"a": 7, "b": 7, "c": 8}.items():
        train(tmp_path / name, config, arguments, seed=seed, model=dropping)
        digests[name] = sha256_of(tmp_path / name / "model.safetensors")
    assert digests["a"] == digests["b"] != digests["c"]


@pytest.mark.parametrize("task", ["sst2", "rte", "stsb"])
def test_the_folder_is_stock_and_transformers_says_the_same(learns, arguments, tmp_path, task):
    folder = tmp_path / "model"
    training = train(folder, replace(learns, task=task, epochs=1), arguments)
    manifest = verify(folder, "model")
    assert manifest.inputs["train_0"] == sha256_of(
        next(
            (tmp_path / "glue").glob(
                {"sst2": "SST", "rte": "RTE", "stsb": "STS"}[task] + "*/train.tsv"
            )
        )
    )
    assert manifest.counts["num_examples"] == training.num_examples
    kept = json.loads((folder / "classification.json").read_text())
    assert kept == {"kind": "glue", "task": task, "max_length": 32, "labels": kept["labels"]}
    theirs, info = BertForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [(text,) if task == "sst2" else (text, TEXTS[0]) for text in TEXTS]
    ours = Classifier.load(folder, GlueProblem).predictions([GlueExample("", own) for own in texts])
    for own, prediction in zip(texts, ours, strict=True):
        with torch.no_grad():
            outputs = theirs.eval()(**tokenizer(*own, return_tensors="pt")).logits[0]
        if task == "stsb":
            assert prediction.label == pytest.approx(outputs.item(), abs=1e-5)
            continue
        shares = {theirs.config.id2label[i]: p for i, p in enumerate(outputs.softmax(0).tolist())}
        assert prediction.probabilities == pytest.approx(shares, abs=1e-5)
        assert prediction.label == max(shares, key=shares.get)


def folder_with_pooler(sizes, tokenizer_folder, folder):
    """A stock folder of another classifier, whose output has three labels."""
    model = ClassificationModel(sizes, 3)
    initialize(model, 0.1, seed=3)
    folder.mkdir()
    write_folder(folder, model.state_dict(), sizes, "BertModel", tokenizer_folder)
    return model, folder


def test_a_start_gives_encoder_and_pooler_and_the_output_is_fresh(
    learns, arguments, sizes, tokenizer_folder, tmp_path
):
    start, folder = folder_with_pooler(sizes, tokenizer_folder, tmp_path / "start")
    still = replace(learns, epochs=1, learning_rate=0.0)
    train(tmp_path / "model", still, arguments, start=folder)
    tuned = Classifier.load(tmp_path / "model", GlueProblem).model
    for name, weight in tuned.state_dict().items():
        if not name.startswith("classifier."):
            assert torch.equal(weight, start.state_dict()[name]), name
    assert tuned.classifier.weight.shape == (2, sizes.hidden_size)
    assert tuned.classifier.weight.std().item() == pytest.approx(0.02, rel=0.4)


def test_weights_of_labels_balance_them():
    targets = np.array([0, 0, 0, 2])
    weights = balancing_weights(targets, 4)
    assert weights.tolist() == pytest.approx([2 / 3, 0, 2, 0])
    assert weights[targets].mean() == pytest.approx(1)


def test_class_weights_are_off_unless_asked_for(learns, arguments, tmp_path):
    few = tmp_path / "few.tsv"
    lines = (tmp_path / "glue" / "SST-2" / "train.tsv").read_text().splitlines()
    few.write_text("\n".join([lines[0], *lines[1:20], lines[-1]]) + "\n")  # nearly one label
    losses = []
    for class_weights in (False, True):
        still = replace(learns, epochs=1, batch_size=99, learning_rate=0.0)
        config = replace(still, train=(str(few),), class_weights=class_weights)
        training = train(tmp_path / f"model-{class_weights}", config, arguments)
        losses.append(training.curve[0]["loss"])
    assert losses[0] != pytest.approx(losses[1], abs=1e-6)
    with pytest.raises(ConfigError, match=r"class_weights = true, and glue\.task = 'stsb'"):
        GlueConfig(task="stsb", class_weights=True)


def test_the_best_setting_and_seed_on_dev_are_published(learns, arguments, tmp_path):
    dev = str(tmp_path / "glue" / "SST-2" / "dev.tsv")
    config = replace(learns, epochs=6, test=(dev,), learning_rates=(1e-9, 3e-3), seeds=(7, 8))
    training = train(tmp_path / "model", config, arguments)
    scores = {(row["learning_rate"], row["seed"]): row["score"] for row in training.trainings}
    assert list(scores) == [(1e-9, 7), (3e-3, 7), (3e-3, 8)]
    result = evaluate_classifier(tmp_path / "model", GlueProblem, config)
    assert result["split"] == "test"
    assert result["accuracy"] == result["dev"]["accuracy"] == max(scores.values())
    assert result["seeds"]["n"] == 2
    mean = (scores[3e-3, 7] + scores[3e-3, 8]) / 2
    assert result["seeds"]["accuracy"]["mean"] == pytest.approx(mean)
    assert result["curve"] == training.curve
    assert "seeds" not in evaluate_classifier(tmp_path / "model", GlueProblem, learns)


def test_what_does_not_fit_is_refused(learns, arguments, tmp_path):
    with pytest.raises(ConfigError, match=r"glue\.train names no file"):
        train(tmp_path / "model", GlueConfig(max_length=32), arguments)
    with pytest.raises(DataError, match=r"gone\.tsv"):
        train(tmp_path / "model", replace(learns, dev=("gone.tsv",)), arguments)
    with pytest.raises(CheckpointError, match=r"96 positions.*--set glue\.max_length=96"):
        train(tmp_path / "model", replace(learns, max_length=97), arguments)
    assert not (tmp_path / "model").exists()
