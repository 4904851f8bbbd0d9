"""`mlflow models serve` on the registered model: a real server, asked over HTTP."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import mlflow
import pytest
import tiny
from group import wait_for

from spanbert.registry.address import tracking_uri
from spanbert.registry.models import register
from spanbert.registry.tracking import Tracking
from spanbert.tasks.qa.predict import QuestionAnswerer

CONTEXT = "Ann of Bergen painted it near Oslo. The old miller forgot his own canary."
MARKED = "<subject>Ann</subject> was owner of <object>the mill</object>."
LIMITS = {"max_rows": 3, "max_text_characters": 60_000, "timeout_s": 20}
STARTS_S = 300  # at most, on a busy machine


@contextlib.contextmanager
def served(uri, folder, **variables):
    """The port of a server of the model, and the file that it logs to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["-m", uri, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    binaries = Path(sys.executable).parent  # MLflow looks for uvicorn on the path
    environment = os.environ | {"PATH": f"{binaries}:{os.environ['PATH']}"} | variables
    log = folder / "log"
    with log.open("w") as handle:
        process = subprocess.Popen(
            command, env=environment, stdout=handle, stderr=handle, start_new_session=True
        )
    try:
        wait_for(lambda: process.poll() is not None or is_well(port), STARTS_S)
        assert process.poll() is None, log.read_text()
        yield port, log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
        wait_for(lambda: not is_well(port))  # its child, which listens


def is_well(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def asked(port, **request):
    """Status and content of the answer."""
    url, headers = f"http://127.0.0.1:{port}/invocations", {"Content-Type": "application/json"}
    sent = urllib.request.Request(url, json.dumps(request).encode(), headers)
    try:
        with urllib.request.urlopen(sent, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def registered(qa_folder, tmp_path_factory):
    """The folder of a model, its address and that of the registry."""
    folder = tmp_path_factory.mktemp("served")
    config = tiny.config(folder)
    tracking = Tracking(config, folder / "runs" / config.run_id, print)
    with tracking.step("register") as step:
        made = register(qa_folder, purpose="qa", scores={}, config=config, step=step)
    return qa_folder, made.uri, tracking_uri(config)


@pytest.mark.slow
def test_a_served_model_answers_and_refuses(registered, tmp_path):
    folder, uri, registry = registered
    rows = [{"question": "Who painted it?", "context": CONTEXT}] * 2
    variables = {
        "MLFLOW_TRACKING_URI": registry,
        "MLFLOW_PYFUNC_INFERENCE_CONFIG": json.dumps(LIMITS),
    }
    with served(uri, tmp_path, **variables) as (port, log):
        status, told = asked(port, dataframe_records=rows, params={"num_best": 2})
        assert status == 200
        (expected, _) = QuestionAnswerer.load(folder).answer(
            [(row["question"], row["context"]) for row in rows]
        )
        for answer in told["predictions"]:
            assert (answer["text"], answer["start"]) == (expected.text, expected.start)
            assert answer["probability"] == pytest.approx(expected.probability, abs=1e-6)
            assert answer["no_answer_margin"] == pytest.approx(expected.no_answer_margin, abs=1e-4)
            assert [c["text"] for c in answer["candidates"]] == [
                c.text for c in expected.candidates[:2]
            ]
        by_column = {name: [row[name] for row in rows] for name in ("question", "context")}
        for request in ({"inputs": rows}, {"inputs": by_column}):
            status, told = asked(port, **request)
            assert (status, len(told["predictions"])) == (200, 2)
            assert "candidates" not in told["predictions"][0]
        assert asked(port, dataframe_records=rows * 2) == (
            400,
            {
                "error_code": "BAD_REQUEST",
                "message": "4 rows, but max_rows = 3 -> send several requests",
            },
        )
        long = [{"question": "Who?", "context": CONTEXT * 1000}]
        status, told = asked(port, dataframe_records=long)
        assert (status, told.keys()) == (400, {"error_code", "message"})
        assert told["message"].startswith("context of row 0: 73000 characters, but max_text")
        status, told = asked(port, dataframe_records=[{"question": "Which canary?"}])
        assert (status, "stack_trace" in told) == (400, False)
        status, told = asked(port, dataframe_records=rows, params={"num_best": -1})
        assert (status, "num_best = -1 < 0" in told["message"]) == (400, True)
        status, told = asked(port, dataframe_records=rows, params={"num_best": "canary"})
        assert (status, "stack_trace" in told) == (400, False)
        assert asked(port, dataframe_records=rows)[0] == 200  # it lives on
    assert "canary" not in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "row", "params"),
    [
        ("coref", {"text": "Ann sailed to Crete. She came alone."}, {"language": "de"}),
        ("glue", {"sentence": "Ann loved it.", "pair": "Ann enjoyed it."}, {}),
        ("relations", {"sentence": MARKED}, {}),
    ],
)
def test_every_kind_of_task_is_served(request, registering, tmp_path, kind, row, params):
    folders = {
        "coref": lambda: request.getfixturevalue("coref_folder"),
        "glue": lambda: request.getfixturevalue("glue_folders")["rte"],
        "relations": lambda: request.getfixturevalue("relation_folders")["text"],
    }
    made = registering(kind, folders[kind]())
    registry = tracking_uri(tiny.config(tmp_path))
    expected = mlflow.pyfunc.load_model(made.uri).predict([row], params=params or None)
    with served(made.uri, tmp_path, MLFLOW_TRACKING_URI=registry) as (port, log):
        told = asked(port, dataframe_records=[row], params=params)
        assert told == (200, {"predictions": expected})
        status, told = asked(port, dataframe_records=[row] * 65)
        assert (status, told["message"].startswith("65 rows, but max_rows = 64")) == (400, True)
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_a_request_that_takes_too_long_is_ended(registered, tmp_path):
    _, uri, registry = registered
    settings = json.dumps({"timeout_s": 1e-6})
    variables = {"MLFLOW_TRACKING_URI": registry, "MLFLOW_PYFUNC_INFERENCE_CONFIG": settings}
    with served(uri, tmp_path, **variables) as (port, log):
        status, told = asked(port, dataframe_records=[{"question": "Who?", "context": CONTEXT}])
    assert (status, told["error_code"]) == (504, "DEADLINE_EXCEEDED")
    assert told["message"].startswith("the request took longer than 1e-06 s")
    assert "canary" not in log.read_text()


@pytest.mark.slow
def test_a_limit_that_makes_no_sense_is_no_server(registered, tmp_path):
    _, uri, registry = registered
    settings = json.dumps({"max_rows": 0})
    variables = {"MLFLOW_TRACKING_URI": registry, "MLFLOW_PYFUNC_INFERENCE_CONFIG": settings}
    with (
        pytest.raises(AssertionError, match="max_rows = 0 is not a positive int"),
        served(uri, tmp_path, **variables),
    ):
        pass
