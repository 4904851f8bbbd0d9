"""Registered models of GLUE: labels or numbers for one text or two, and what they refuse."""

import json

import mlflow
import pandas as pd
import pytest

from spanbert.registry.classification import ServedClassifier
from spanbert.registry.glue import _load_pyfunc
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import RequestError
from spanbert.registry.signatures import interface_of
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.glue.examples import GlueExample
from spanbert.tasks.glue.predict import classify_text
from spanbert.tasks.glue.problem import GlueProblem

ROWS = [
    {"sentence": "Ann loved the play .", "pair": "Ann loved it ."},
    {"sentence": "No one hated the film .", "pair": "Bob left it ."},
]
SINGLE = [{"sentence": row["sentence"]} for row in ROWS]


def test_labels_come_with_the_probability_of_each(glue_folders):
    for task, rows in (("sst2", SINGLE), ("rte", ROWS)):
        folder = glue_folders[task]
        for given in (rows, pd.DataFrame(rows)):
            answers = _load_pyfunc(str(folder)).predict(given)
            for row, answer in zip(rows, answers, strict=True):
                expected = classify_text(folder, row["sentence"], row.get("pair"))
                assert list(answer) == ["label", "probability", "probabilities"]
                assert answer["label"] == expected.label
                assert answer["probabilities"] == pytest.approx(expected.probabilities, abs=1e-6)
                assert answer["probability"] == max(answer["probabilities"].values())
            assert json.loads(json.dumps(answers, allow_nan=False)) == answers


def test_a_number_is_given_where_the_task_asks_for_one(glue_folders):
    folder = glue_folders["stsb"]
    answers = _load_pyfunc(str(folder)).predict(ROWS)
    expected = [classify_text(folder, row["sentence"], row["pair"]).label for row in ROWS]
    assert [answer["number"] for answer in answers] == pytest.approx(expected, abs=1e-5)
    assert all(list(answer) == ["number"] for answer in answers)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"sentence": "canary"}], "input lacks pair"),
        ([{"sentence": "canary", "pair": None}], "pair of row 0: not a text"),
        ([{"sentence": "canary", "pair": "a"}] * 3, "3 rows, but max_rows = 2"),
        ([{"sentence": "a", "pair": "canary" * 7}], "but max_text_characters = 40"),
    ],
)
def test_a_bad_request_is_told_in_one_line_without_its_texts(glue_folders, rows, told):
    limits = {"max_rows": 2, "max_text_characters": 40}
    with pytest.raises(RequestError) as refused:
        _load_pyfunc(str(glue_folders["rte"]), limits).predict(rows)
    sent = json.loads(refused.value.serialize_as_json())
    assert (sent["error_code"], told in sent["message"]) == ("BAD_REQUEST", True)
    assert "canary" not in str(sent)


def test_a_failure_of_the_model_is_not_blamed_on_the_request(glue_folders):
    classifier = Classifier.load(glue_folders["sst2"], GlueProblem)
    classifier.model.classifier.bias.data[:] = float("nan")
    with pytest.raises(RequestError, match="not finite") as failed:
        served(classifier, Limits()).predict(SINGLE)
    assert failed.value.get_http_status_code() == 500


@pytest.mark.parametrize("allowed", [0, 1])
def test_work_ends_with_the_batch_in_which_the_time_is_over(glue_folders, allowed):
    times = [0.0]
    classifier = Classifier.load(glue_folders["sst2"], GlueProblem)
    classifier.model.encoder.register_forward_pre_hook(lambda *_: times.append(times[-1] + 1))
    limits = Limits(max_rows=1000, timeout_s=float(allowed))
    model = served(classifier, limits, lambda: times[-1])
    with pytest.raises(RequestError) as ended:
        model.predict(SINGLE * 100)  # four batches
    assert ended.value.get_http_status_code() == 504
    assert len(times) - 1 == allowed + 1


def served(classifier, *settings):
    """Rows are taken as they come."""

    def examples_of(rows, limits):
        return [GlueExample(str(n), (row["sentence"],)) for n, row in enumerate(rows)]

    return ServedClassifier(classifier, examples_of, *settings)


def test_each_task_is_registered_with_its_own_columns(glue_folders, registering):
    columns = {"sst2": ["sentence"], "rte": ["sentence", "pair"], "stsb": ["sentence", "pair"]}
    for task, folder in glue_folders.items():
        made = registering("glue", folder)
        assert made.uri == "models:/spanbert-glue@latest-evaluated"
        model = mlflow.pyfunc.load_model(made.uri)
        assert model.metadata.get_input_schema().input_names() == columns[task]
        _, example = interface_of("glue", folder)
        (answer,) = model.predict(pd.DataFrame(example))
        assert list(answer) == model.metadata.get_output_schema().input_names()
    with pytest.raises(mlflow.MlflowException, match="missing inputs"):
        model.predict(pd.DataFrame([{"sentence": "Ann."}]))
