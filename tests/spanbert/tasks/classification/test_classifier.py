"""Predictions: each by itself, whatever stands beside it; models that do not fit are refused."""

import json
from dataclasses import replace

import pytest
import torch

from spanbert.errors import CheckpointError, IntegrityError, NumericsError
from spanbert.model.pretraining import initialize
from spanbert.model.published import write_folder
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.head import ClassificationModel
from spanbert.tasks.classification.settings import head_settings, write_problem
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.glue.examples import GlueExample
from spanbert.tasks.glue.problem import GlueProblem

PROBLEM = GlueProblem("sst2", ("0", "1"), 32)
EXAMPLES = [GlueExample(str(n), ("The old mill " * (n % 5 + 1),)) for n in range(150)]


@pytest.fixture
def classifier(sizes, tokenizer):
    model = ClassificationModel(sizes, 2)
    initialize(model, 0.3, seed=1)
    return Classifier(model, PROBLEM, tokenizer)


def test_a_prediction_does_not_depend_on_the_others(classifier):
    together = classifier.predictions(EXAMPLES)
    assert [one.id for one in together] == [one.id for one in EXAMPLES]
    for example, found in list(zip(EXAMPLES, together, strict=True))[:7]:
        (alone,) = classifier.predictions([example])
        assert alone.probabilities == pytest.approx(found.probabilities, abs=1e-5)
        assert sum(found.probabilities.values()) == pytest.approx(1)
        assert found.label == max(found.probabilities, key=found.probabilities.get)
    assert classifier.predictions([]) == []


def test_outputs_that_are_not_finite_are_told(classifier):
    with torch.no_grad():
        classifier.model.classifier.bias[0] = torch.nan
    with pytest.raises(NumericsError, match="'0'"):
        classifier.predictions(EXAMPLES[:1])


def write_model(folder, sizes, tokenizer_folder, problem=PROBLEM, num_outputs=2):
    folder.mkdir()
    state = ClassificationModel(sizes, num_outputs).state_dict()
    head = head_settings(problem.labels)
    write_folder(folder, state, sizes, "BertForSequenceClassification", tokenizer_folder, head=head)
    write_problem(folder, problem)
    return folder


def test_a_model_that_does_not_fit_its_settings_is_refused(sizes, tokenizer_folder, tmp_path):
    long = replace(PROBLEM, max_length=97)
    folder = write_model(tmp_path / "long", sizes, tokenizer_folder, long)
    with pytest.raises(CheckpointError, match=r"96 positions; \d+ and 97 are needed"):
        Classifier.load(folder, GlueProblem)
    folder = write_model(tmp_path / "three", sizes, tokenizer_folder, num_outputs=3)
    with pytest.raises(
        CheckpointError, match=r"classifier.weight is \(3, 32\), expected \(2, 32\)"
    ):
        Classifier.load(folder, GlueProblem)
    few = replace(sizes, vocab_size=20)
    folder = write_model(tmp_path / "few", few, tokenizer_folder)
    with pytest.raises(CheckpointError, match="the model has 20 entries"):
        Classifier.load(folder, GlueProblem)


def test_a_published_model_is_verified(learns, arguments, tmp_path):
    config = replace(learns, epochs=1)
    finetune_classifier(tmp_path / "model", GlueProblem, config=config, **arguments)
    path = tmp_path / "model" / "classification.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": ["1", "0"]}))
    with pytest.raises(IntegrityError, match=r"classification\.json"):
        Classifier.load(tmp_path / "model", GlueProblem)
