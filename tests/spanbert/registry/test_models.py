"""Registered models: one version for one content, no pickle, answers through pyfunc."""

import pickle
from dataclasses import asdict
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import tiny
from mlflow.models import Model

from spanbert.errors import DataError, IntegrityError
from spanbert.registry.address import tracking_uri
from spanbert.registry.folders import model_folder
from spanbert.registry.limits import Limits
from spanbert.registry.loaders import LOADERS
from spanbert.registry.models import register
from spanbert.registry.signatures import EXAMPLES, SIGNATURES
from spanbert.registry.tracking import Tracking
from spanbert.tasks.kinds import KINDS


@pytest.fixture(scope="module")
def setting(qa_folder, tmp_path_factory):
    """A fine-tuned model, the settings, and a tracking store of its own."""
    folder = tmp_path_factory.mktemp("registry")
    config = tiny.config(folder)
    return qa_folder, config, Tracking(config, folder / "runs" / config.run_id, print)


def registered(setting, folder=None):
    qa, config, tracking = setting
    with tracking.step("register") as step:
        return register(
            folder or qa,
            purpose="qa",
            scores={"f1": 12.3456},
            config=config,
            step=step,
        )


def test_the_same_content_is_one_version(setting):
    first, second = registered(setting), registered(setting)
    assert first == second
    assert first.uri == "models:/spanbert-qa@latest-evaluated"
    client = mlflow.MlflowClient(tracking_uri(setting[1]))
    version = client.get_model_version_by_alias("spanbert-qa", "latest-evaluated")
    assert version.tags["f1"] == "12.3456"
    assert version.tags["spanbert.run_id"] == setting[1].run_id


def test_it_answers_through_pyfunc_without_unpickling(setting, monkeypatch):
    registered(setting)

    def refuse(*args, **kwargs):
        raise AssertionError("something was unpickled")

    monkeypatch.setattr(pickle, "load", refuse)
    monkeypatch.setattr(pickle, "loads", refuse)
    monkeypatch.setattr(pickle, "Unpickler", refuse)
    mlflow.set_tracking_uri(tracking_uri(setting[1]))
    model = mlflow.pyfunc.load_model("models:/spanbert-qa@latest-evaluated")
    context = "Ann of Bergen painted it near Oslo. The old miller forgot his own name."
    rows = pd.DataFrame([{"question": "Where?", "context": context}] * 2)
    answers = model.predict(rows)
    assert [a["text"] for a in answers] == [context[a["start"] : a["end"]] for a in answers]
    with pytest.raises(mlflow.MlflowException, match="missing inputs"):
        model.predict([{"question": "Where?"}])


def test_the_registry_shows_columns_an_example_and_limits(setting):
    registered(setting)
    folder = model_folder("models:/spanbert-qa@latest-evaluated", setting[1])
    top = next(p for p in [folder, *folder.parents] if (p / "MLmodel").exists())
    model = Model.load(str(top))
    assert model.get_input_schema().input_names() == ["question", "context"]
    assert [p.name for p in model.get_params_schema().params] == ["num_best"]
    loaded = mlflow.pyfunc.load_model(str(top))
    (answer,) = loaded.predict(model.load_input_example(str(top)), params={"num_best": 1})
    assert list(answer) == model.get_output_schema().input_names()
    assert model.flavors["python_function"]["config"] == asdict(Limits())
    tight = mlflow.pyfunc.load_model(str(top), model_config={"max_rows": 1})
    row = {"question": "Who?", "context": "Ann."}
    with pytest.raises(mlflow.MlflowException, match="2 rows, but max_rows = 1"):
        tight.predict([row, row])


def test_every_purpose_has_a_signature_and_an_example():
    of_each_model = {"glue", "relations"}  # `test_glue.py`, `test_relations.py`
    assert LOADERS.keys() - of_each_model == SIGNATURES.keys() == EXAMPLES.keys()


def test_every_kind_of_task_can_be_registered():
    assert {"encoder", *KINDS} == LOADERS.keys()


def test_no_code_and_no_pickle_lie_in_the_artifact(setting):
    registered(setting)
    folder = model_folder("models:/spanbert-qa@latest-evaluated", setting[1])
    top = next(p for p in [folder, *folder.parents] if (p / "MLmodel").exists())
    suffixes = {path.suffix for path in top.rglob("*") if path.is_file()}
    assert not suffixes & {".py", ".pkl", ".pickle", ".bin", ".pt", ".pth", ".joblib"}
    assert (folder / "model.safetensors").exists()


def test_a_damaged_model_is_not_registered(setting, tmp_path):
    import shutil

    copy = tmp_path / "qa"
    shutil.copytree(setting[0], copy)
    content = bytearray((copy / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "model.safetensors").write_bytes(content)
    with pytest.raises(IntegrityError):
        registered(setting, copy)


def test_unknown_names_are_refused_in_one_line(setting):
    with pytest.raises(DataError, match="no such model folder"):
        model_folder("nowhere", setting[1])
    with pytest.raises(DataError, match="models:/none@here"):
        model_folder("models:/none@here", setting[1])
    assert model_folder(str(setting[0]), setting[1]) == Path(setting[0])
