"""What every step does around its work."""

import json
from types import SimpleNamespace

import pytest
import tiny
from mlflow import MlflowClient

from spanbert.config import to_toml
from spanbert.errors import DataError
from spanbert.failures import take_failure
from spanbert.steps import flat, pipeline_step, write_metrics


@pytest.fixture
def config(tmp_path):
    return tiny.config(tmp_path)


def child_of(config, name):
    client = MlflowClient(f"sqlite:///{config.run.folder}/mlflow.db")
    experiment = client.get_experiment_by_name("spanbert")
    (run,) = client.search_runs([experiment.experiment_id], f"tags.`spanbert.step` = '{name}'")
    return run


def test_a_good_step_is_recorded(config, tmp_path, capsys):
    with pipeline_step("sort", to_toml(config), str(tmp_path)) as step:
        step.record({"rows": 3.0}, {"shards": "d" * 64})
        step.say("sorted 3 rows")
    run = child_of(config, "sort")
    assert run.info.status == "FINISHED"
    assert run.data.metrics["rows"] == 3
    assert run.data.metrics["seconds"] >= 0
    assert run.data.tags["digest.shards"] == "d" * 64
    shown = capsys.readouterr().out
    assert "▸ sort\n" in shown
    assert "▸ sorted 3 rows\n" in shown
    assert take_failure(tmp_path) is None


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (DataError("bad row", place="a.txt:3", remedy="mend it"), 3, "a.txt:3: bad row -> mend it"),
        (OSError(28, "No space left on device", "/full"), 74, "/full: No space left on device"),
        (RuntimeError("first line\nlast line"), 1, "sort: RuntimeError: last line -> see"),
    ],
)
def test_a_failing_step_tells_one_line_and_its_code(config, tmp_path, capsys, error, code, told):
    with (
        pytest.raises(SystemExit) as ended,
        pipeline_step("sort", to_toml(config), str(tmp_path)),
    ):
        raise error
    assert ended.value.code == code
    failure = take_failure(tmp_path)
    assert str(failure).startswith(told)
    assert failure.exit_code == code
    assert f"error: {told}" in capsys.readouterr().err
    assert child_of(config, "sort").info.status == "FAILED"


def test_metrics_are_in_the_artifact_and_in_its_file(tmp_path):
    logged = {}
    artifact = SimpleNamespace(path=str(tmp_path / "m"), log_metric=logged.__setitem__)
    write_metrics(artifact, {"f1": 2.5})
    assert logged == json.loads((tmp_path / "m").read_text()) == {"f1": 2.5}


def test_nested_settings_become_dotted_names():
    assert flat({"a": {"b": 1, "c": {"d": 2}}, "e": 3}) == {"a.b": 1, "a.c.d": 2, "e": 3}
