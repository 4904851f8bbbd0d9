"""Labels and markers: learnt from the training files in one order, kept, and used as kept."""

import json
from dataclasses import replace

import pytest
import torch
from relation_example import record, records, write_lines
from transformers import BertForSequenceClassification

from spanbert.errors import CheckpointError, ConfigError
from spanbert.model.packing import Packing
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.evaluate import evaluate_classifier
from spanbert.tasks.classification.settings import SETTINGS_FILE, read_problem, write_problem
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.relations.config import RelationConfig
from spanbert.tasks.relations.examples import read_unlabelled
from spanbert.tasks.relations.problem import RelationProblem

WAYS = ("ner", "text", "text_ner", "ner_text", "typed_markers")


def learn(tokenizer, *files, **changes):
    config = RelationConfig(train=tuple(map(str, files)), **changes)
    return RelationProblem.learn(config, tokenizer, lambda line: None)[0]


@pytest.mark.parametrize("way", WAYS)
def test_trap_20_no_order_of_reading_changes_labels_or_markers(tokenizer, tmp_path, way):
    rows = [
        *records(),
        *(record(90 + i, "Ann saw it", "Ann", "it", "x", obj_type=t) for i, t in enumerate("CAB")),
    ]
    one = write_lines(tmp_path / "one.jsonl", rows[:13])
    two = write_lines(tmp_path / "two.jsonl", rows[13:])
    reversed_ = write_lines(tmp_path / "reversed.jsonl", rows[::-1])
    problem = learn(tokenizer, one, two, entities=way)
    assert problem == learn(tokenizer, two, one, entities=way)
    assert problem == learn(tokenizer, reversed_, entities=way)
    assert problem.labels == ("no_relation", "per:origin", "per:owner", "x")
    write_problem(tmp_path, problem)
    assert read_problem(tmp_path, RelationProblem) == problem


def test_labels_are_the_negative_one_then_by_frequency_then_by_name(tokenizer, tmp_path):
    names = [*"bbcca", "Other"]
    rows = [record(i, "Ann saw it", "Ann", "it", name) for i, name in enumerate(names)]
    path = write_lines(tmp_path / "a.jsonl", rows)
    assert learn(tokenizer, path, negative="Other").labels == ("Other", "b", "c", "a")
    assert learn(tokenizer, path).labels == ("b", "c", "Other", "a")


@pytest.mark.parametrize("way", WAYS)
def test_a_tiny_model_learns_and_its_folder_is_stock(learns, arguments, tokenizer, tmp_path, way):
    config = replace(learns, entities=way)
    folder = tmp_path / "model"
    training = finetune_classifier(folder, RelationProblem, config=config, **arguments)
    assert training.curve[-1]["loss"] < training.curve[0]["loss"] / 5
    result = evaluate_classifier(folder, RelationProblem, config)
    assert result["f1"] > 90
    assert {"precision", "recall", "num_examples", "labels"} <= result.keys()
    theirs, info = BertForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    num_added = {"ner": 4, "text": 4, "text_ner": 8, "ner_text": 4, "typed_markers": 0}[way]
    assert theirs.config.vocab_size == tokenizer.vocab_size + num_added
    classifier = Classifier.load(folder, RelationProblem)
    inputs = classifier.features(read_unlabelled(tmp_path / "train.jsonl")[:3])
    for row in range(3):
        end, length = inputs.ends[row], int(inputs.lengths[row])
        ids = torch.from_numpy(inputs.token_ids[end - length : end])
        with torch.no_grad():
            expected = theirs.eval()(ids[None]).logits
            found = classifier.model.eval()(ids, Packing((length,)), torch.zeros_like(ids))
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_a_fine_tuned_model_can_be_started_from_with_more_markers(learns, arguments, tmp_path):
    brief = replace(learns, epochs=1)
    finetune_classifier(tmp_path / "first", RelationProblem, config=brief, **arguments)
    more = replace(brief, entities="text_ner", learning_rate=0.0)
    again = arguments | {"start": tmp_path / "first", "tokenizer": tmp_path / "first"}
    finetune_classifier(tmp_path / "second", RelationProblem, config=more, **again)
    first, second = (
        Classifier.load(tmp_path / name, RelationProblem).model.encoder.embeddings.word.weight
        for name in ("first", "second")
    )
    assert len(second) == len(first) + 4
    assert torch.equal(second[: len(first)], first)


def test_a_label_that_training_has_not_seen_is_missed_and_not_forgotten(
    learns, arguments, tmp_path
):
    rows = [row | {"relation": "per:unheard_of"} for row in records()[:9]] + records()[9:]
    test = write_lines(tmp_path / "test.jsonl", rows)
    finetune_classifier(tmp_path / "model", RelationProblem, config=learns, **arguments)
    result = evaluate_classifier(
        tmp_path / "model", RelationProblem, replace(learns, test=(str(test),))
    )
    assert result["split"] == "test"
    assert result["dev"]["recall"] > 90
    assert 40 < result["recall"] < 55
    assert result["labels"]["per:unheard_of"]["num_examples"] == 9


def test_a_model_is_scored_by_the_metric_that_chose_it(learns, arguments, tmp_path):
    brief = replace(learns, epochs=1, metric="accuracy")
    training = finetune_classifier(
        tmp_path / "model",
        RelationProblem,
        config=replace(brief, evaluations_per_epoch=1),
        **arguments,
    )
    result = evaluate_classifier(tmp_path / "model", RelationProblem, brief)
    assert result["accuracy"] == training.trainings[0]["score"]
    with pytest.raises(
        ConfigError, match=r"relations\.metric = 'micro_f1', and the model was made"
    ):
        evaluate_classifier(tmp_path / "model", RelationProblem, learns)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"labels": []}, "must be texts"),
        ({"labels": [1]}, "must be texts"),
        ({"markers": {"subject:": "1"}}, "must be whole numbers"),
        ({"markers": {}}, "markers of ner are missing"),
        ({"markers": 3}, "TypeError"),
        ({"entities": "bold"}, "entities or metric is unknown"),
        ({"metric": "bleu"}, "entities or metric is unknown"),
        ({"max_length": None}, "must be whole numbers"),
        ({"more": 1}, "TypeError"),
    ],
)
def test_what_was_kept_and_cannot_be_meant_is_refused(
    tokenizer, relations_file, tmp_path, change, told
):
    write_problem(tmp_path, learn(tokenizer, relations_file))
    path = tmp_path / SETTINGS_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match="spanbert finetune relations") as refused:
        read_problem(tmp_path, RelationProblem)
    assert told in str(refused.value)


def test_rows_that_markers_need_are_there_or_the_model_is_refused(learns, arguments, tmp_path):
    brief = replace(learns, epochs=1)
    folder = tmp_path / "model"
    finetune_classifier(folder, RelationProblem, config=brief, **arguments)
    (folder / "manifest.json").unlink()
    path = folder / SETTINGS_FILE
    kept = json.loads(path.read_text())
    kept["markers"]["subject:PERSON"] += 100
    path.write_text(json.dumps(kept))
    with pytest.raises(CheckpointError, match=r"the model has \d+ entries.* are needed"):
        Classifier.load(folder, RelationProblem)
