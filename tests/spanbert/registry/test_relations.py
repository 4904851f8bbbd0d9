"""A registered relation model: relations of marked sentences, and what it refuses."""

import json

import mlflow
import pandas as pd
import pytest

from spanbert.registry.refusals import RequestError
from spanbert.registry.relations import _load_pyfunc
from spanbert.registry.signatures import interface_of
from spanbert.tasks.relations.predict import relate_text

TYPED = "<subject type=NAME>Ann</subject> was born in <object type=CITY>Oslo</object> ."
HALF_TYPED = "<object>Oslo</object> was far from <subject type=CITY>St. Ives</subject> ."
PLAIN = "<subject>Ann</subject> was owner of <object>the mill</object> ."


@pytest.mark.parametrize(
    ("entities", "sentences"), [("ner", [TYPED, HALF_TYPED]), ("text", [PLAIN, TYPED])]
)
def test_relations_are_those_of_the_classifier(relation_folders, entities, sentences):
    folder = relation_folders[entities]
    rows = [{"sentence": sentence} for sentence in sentences]
    for given in (rows, pd.DataFrame(rows)):
        answers = _load_pyfunc(str(folder)).predict(given)
        for sentence, answer in zip(sentences, answers, strict=True):
            expected = relate_text(folder, sentence)
            assert answer["label"] == expected.label
            assert answer["probabilities"] == pytest.approx(expected.probabilities, abs=1e-6)
            assert answer["probability"] == max(answer["probabilities"].values())
        assert json.loads(json.dumps(answers, allow_nan=False)) == answers


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"canary": "a"}], "input lacks sentence"),
        ([{"sentence": "canary"}], "sentence of row 0: no <subject> in the sentence -> write"),
        ([{"sentence": TYPED}, {"sentence": "<subject>canary"}], "sentence of row 1: "),
        ([{"sentence": TYPED.replace("NAME", "canary")}], "one of CITY, NAME"),
        ([{"sentence": PLAIN}], "sentence of row 0: the type of the subject is missing"),
        ([{"sentence": TYPED}] * 3, "3 rows, but max_rows = 2"),
        ([{"sentence": "canary" * 20}], "but max_text_characters = 100"),
    ],
)
def test_a_bad_request_is_told_in_one_line_without_its_texts(relation_folders, rows, told):
    limits = {"max_rows": 2, "max_text_characters": 100}
    with pytest.raises(RequestError) as refused:
        _load_pyfunc(str(relation_folders["ner"]), limits).predict(rows)
    sent = json.loads(refused.value.serialize_as_json())
    assert sent["error_code"] == "BAD_REQUEST"
    assert told in sent["message"]
    assert "canary" not in str(sent)


def test_it_is_registered_with_an_example_that_it_takes(relation_folders, registering):
    for folder in relation_folders.values():
        made = registering("relations", folder)
        assert made.uri == "models:/spanbert-relations@latest-evaluated"
        model = mlflow.pyfunc.load_model(made.uri)
        assert model.metadata.get_input_schema().input_names() == ["sentence"]
        _, example = interface_of("relations", folder)
        (answer,) = model.predict(pd.DataFrame(example))
        assert list(answer) == model.metadata.get_output_schema().input_names()
