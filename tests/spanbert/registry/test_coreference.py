"""A registered coreference model: clusters with their characters, and what it refuses."""

import json

import mlflow
import pandas as pd
import pytest

from spanbert.registry.coreference import CoreferenceModel, _load_pyfunc
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import RequestError
from spanbert.tasks.coref.predict import clusters_in_text
from spanbert.tasks.coref.resolver import CoreferenceResolver

TEXTS = ["Ann sailed to Crete. She came alone.", "Bob bought  a red kite.\n\nHe came alone.", " "]
ROWS = [{"text": text} for text in TEXTS]


def test_clusters_are_those_of_the_resolver(coref_folder):
    resolver = CoreferenceResolver.load(coref_folder)
    expected = [clusters_in_text(resolver.resolve(text).document) for text in TEXTS]
    assert any(expected)
    for given in (ROWS, pd.DataFrame(ROWS)):
        answers = _load_pyfunc(str(coref_folder)).predict(given)
        assert [answer["clusters"] for answer in answers] == expected
        assert json.loads(json.dumps(answers, allow_nan=False)) == answers
    mentions = [
        (text, mention)
        for text, clusters in zip(TEXTS, expected, strict=True)
        for cluster in clusters
        for mention in cluster
    ]
    assert all(text[one["start"] : one["end"]] == one["text"] for text, one in mentions)


def test_sentences_are_told_apart_by_the_language_that_is_asked_for(coref_folder):
    text = "Der 3. Mann kam allein. Er kam usw. Ann sailed."
    resolver = CoreferenceResolver.load(coref_folder)
    german, english = (resolver.resolve(text, name) for name in ("de", "en"))
    assert german.document.sentences != english.document.sentences
    for name, expected in (("de", german), ("en", english)):
        (answer,) = _load_pyfunc(str(coref_folder)).predict([{"text": text}], {"language": name})
        assert answer["clusters"] == clusters_in_text(expected.document)


@pytest.mark.parametrize(
    ("rows", "params", "told"),
    [
        ([{"canary": "a"}], None, "input lacks text"),
        ([{"text": 1}], None, "text of row 0: not a text"),
        ([{"text": "canary"}] * 3, None, "3 rows, but max_rows = 2"),
        ([{"text": "canary" * 7}], None, "but max_text_characters = 40"),
        ([{"text": "a"}], {"language": "canary"}, "pass one of "),
    ],
)
def test_a_bad_request_is_told_in_one_line_without_its_texts(coref_folder, rows, params, told):
    limits = {"max_rows": 2, "max_text_characters": 40}
    with pytest.raises(RequestError) as refused:
        _load_pyfunc(str(coref_folder), limits).predict(rows, params)
    sent = json.loads(refused.value.serialize_as_json())
    assert (sent["error_code"], told in sent["message"]) == ("BAD_REQUEST", True)
    assert "canary" not in str(sent)


def test_a_failure_of_the_model_is_not_blamed_on_the_request(coref_folder):
    resolver = CoreferenceResolver.load(coref_folder)
    for parameter in resolver.model.coref_head.mentions.parameters():
        parameter.data[:] = float("nan")
    with pytest.raises(RequestError, match="not finite") as failed:
        CoreferenceModel(resolver, Limits()).predict(ROWS)
    assert failed.value.get_http_status_code() == 500


def test_work_ends_with_the_window_in_which_the_time_is_over(coref_folder):
    num_windows, error = begun(coref_folder, timeout_s=1e9)
    assert num_windows > 3
    assert error is None
    for allowed in (0, 2, num_windows - 1):
        num_begun, error = begun(coref_folder, timeout_s=float(allowed))
        assert num_begun == allowed + 1
        assert error.get_http_status_code() == 504


def begun(folder, timeout_s):
    """How many windows were begun, and what ended them; each makes a second pass."""
    times = [0.0]
    resolver = CoreferenceResolver.load(folder)
    object.__setattr__(resolver.config, "window_pieces", 64)
    resolver.model.encoder.register_forward_pre_hook(lambda *_: times.append(times[-1] + 1))
    model = CoreferenceModel(resolver, Limits(timeout_s=timeout_s), lambda: times[-1])
    try:
        model.predict([{"text": TEXTS[0] * 30}])
    except RequestError as error:
        return len(times) - 1, error
    return len(times) - 1, None


def test_it_is_registered_and_answers_through_pyfunc(coref_folder, registering):
    made = registering("coref", coref_folder)
    assert made.uri == "models:/spanbert-coref@latest-evaluated"
    model = mlflow.pyfunc.load_model(made.uri)
    answers = model.predict(pd.DataFrame(ROWS), params={"language": "de"})
    assert answers == _load_pyfunc(str(coref_folder)).predict(ROWS, {"language": "de"})
    assert model.metadata.get_input_schema().input_names() == ["text"]
    with pytest.raises(mlflow.MlflowException, match="missing inputs"):
        model.predict([{"texts": "Ann."}])
