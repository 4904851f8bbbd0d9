"""The registered model: what it answers, and what it refuses instead of working for ever."""

import itertools
import json
import threading

import pandas as pd
import pytest

from spanbert.registry.deadline import check_time, time_limit
from spanbert.registry.limits import Limits
from spanbert.registry.question_answering import QuestionAnsweringModel, _load_pyfunc
from spanbert.registry.refusals import RequestError, told_to_client
from spanbert.tasks.qa.predict import QuestionAnswerer
from spanbert.tasks.qa.train import finetune_qa

CONTEXT = "Ann of Bergen painted it near Oslo. The old miller forgot his own name. " * 3
SPAN = ["text", "start", "end", "score", "probability"]


@pytest.fixture(scope="module")
def folder(artifacts, tmp_path_factory):
    """A model that has learnt next to nothing."""
    folder = tmp_path_factory.mktemp("serving") / "qa"
    finetune_qa(
        folder,
        start=None,
        tokenizer=artifacts.tokenizer,
        model=artifacts.config.model,
        config=artifacts.config.qa,
        seed=1,
    )
    return folder


@pytest.fixture(scope="module")
def rows():
    return [{"question": f"Where, {i}?", "context": f"{i} {CONTEXT}"} for i in range(6)]


def test_answers_are_those_of_the_answerer(folder, rows):
    expected = QuestionAnswerer.load(folder).answer([(r["question"], r["context"]) for r in rows])
    for given in (rows, pd.DataFrame(rows)):
        answers = _load_pyfunc(str(folder)).predict(given)
        assert all(list(answer) == [*SPAN, "no_answer_margin"] for answer in answers)
        for name in (*SPAN, "no_answer_margin"):
            assert [a[name] for a in answers] == [getattr(e, name) for e in expected]
        assert json.loads(json.dumps(answers, allow_nan=False)) == answers


def test_candidates_come_when_asked_for(folder, rows):
    model = _load_pyfunc(str(folder))
    alone = model.predict(rows, params={"num_best": 0})
    assert alone == model.predict(rows)
    for num_best in (1, 3, 1000):
        answers = model.predict(rows, params={"num_best": num_best})
        for row, answer in zip(rows, answers, strict=True):
            candidates = answer.pop("candidates")
            assert 1 <= len(candidates) <= num_best
            assert all(list(c) == SPAN for c in candidates)
            assert all(c["text"] == row["context"][c["start"] : c["end"]] for c in candidates)
            scores = [c["score"] for c in candidates]
            assert scores == sorted(scores, reverse=True)
        assert answers == alone


def test_a_context_in_which_nothing_can_be_an_answer_is_plain_json(folder):
    (answer,) = _load_pyfunc(str(folder)).predict(
        [{"question": "Where?", "context": " "}], params={"num_best": 2}
    )
    assert (answer["text"], answer["candidates"], answer["no_answer_margin"]) == ("", [], None)
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(
    ("rows", "params", "told"),
    [
        ([{"question": "canary"}], None, "input lacks context"),
        ([{"question": "canary", "context": None}], None, "context of row 0: not a text"),
        ([{"question": "canary", "context": "a"}] * 3, None, "3 rows, but max_rows = 2"),
        ([{"question": "canary", "context": "a" * 41}], None, "but max_text_characters = 40"),
        ([{"question": "a", "context": "canary" * 5}] * 2, None, "but max_request_characters = 50"),
        ([{"question": "canary", "context": "a"}], {"num_best": -1}, "num_best = -1 < 0"),
    ],
)
def test_a_bad_request_is_told_in_one_line_without_its_texts(folder, rows, params, told):
    limits = {"max_rows": 2, "max_text_characters": 40, "max_request_characters": 50}
    with pytest.raises(RequestError) as refused:
        _load_pyfunc(str(folder), limits).predict(rows, params=params)
    refused.value.message = f"Failed to predict data '{rows}'"  # as MLflow's server rewrites it
    sent = json.loads(refused.value.serialize_as_json())
    assert sent.keys() == {"error_code", "message"}
    assert sent["error_code"] == "BAD_REQUEST"
    assert told in sent["message"]
    assert "canary" not in str(sent)
    assert refused.value.get_http_status_code() == 400


def test_a_failure_of_the_model_is_not_blamed_on_the_request(folder, rows):
    answerer = QuestionAnswerer.load(folder)
    answerer.model.qa_outputs.bias.data[:] = float("nan")
    with pytest.raises(RequestError, match="not finite") as failed:
        QuestionAnsweringModel(answerer, Limits()).predict(rows)
    assert failed.value.get_http_status_code() == 500


def test_work_ends_with_the_batch_in_which_the_time_is_over(folder):
    num_batches, error = begun(folder, timeout_s=1e9)
    assert num_batches > 3
    assert error is None
    assert begun(folder, timeout_s=float(num_batches)) == (num_batches, None)
    for allowed in (0, 2, num_batches - 1):
        num_begun, error = begun(folder, timeout_s=float(allowed))
        assert num_begun == allowed + 1
        assert error.get_http_status_code() == 504
        assert f"longer than {allowed} s" in str(error)


def begun(folder, timeout_s):
    """How many batches were begun, and what ended them; each makes a second pass."""
    times = [0.0]
    answerer = QuestionAnswerer.load(folder)
    answerer.model.encoder.register_forward_pre_hook(lambda *_: times.append(times[-1] + 1))
    model = QuestionAnsweringModel(answerer, Limits(timeout_s=timeout_s), lambda: times[-1])
    try:
        model.predict([{"question": "Where?", "context": CONTEXT * 60}])  # hundreds of windows
    except RequestError as error:
        return len(times) - 1, error
    return len(times) - 1, None


def test_each_thread_has_a_time_of_its_own():
    ended = []

    def hurried():
        with time_limit(0.0, itertools.count().__next__), pytest.raises(RequestError):
            check_time()
        ended.append(True)

    with time_limit(1e9):
        thread = threading.Thread(target=hurried)
        thread.start()
        thread.join()
        check_time()
        with time_limit(0.0, itertools.count().__next__), pytest.raises(RequestError):
            check_time()
        check_time()
    check_time()
    assert ended


def test_mistakes_of_ours_are_not_hidden():
    with pytest.raises(ZeroDivisionError), told_to_client():
        _ = 1 / 0
