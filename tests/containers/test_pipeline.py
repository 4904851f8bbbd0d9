"""The pipeline with every step a container of the real image, as any user, on a read-only root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tiny

from spanbert.config import to_toml

pytestmark = pytest.mark.containers

UID = 54321
ROOT = Path(__file__).parents[2]


def give_to_user(folder):
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, UID, UID, follow_symlinks=False)


@pytest.fixture
def user_folder(tmp_path_factory):
    """A folder of the user below folders that everybody may pass."""
    folder = tmp_path_factory.mktemp("user")
    for parent in [folder, *folder.parents][:3]:
        parent.chmod(0o755)
    return folder


def run(engine, folder):
    environment = engine.environment | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "spanbert.cli", "run", "--config", "tiny.toml"]
    return subprocess.run(
        [*command, "--in-containers"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )


def prepare(folder, *overrides):
    tiny.write_corpus(folder)
    tiny.write_questions(folder)
    config = tiny.config(folder, *overrides)
    (folder / "tiny.toml").write_text(to_toml(config))
    (folder / "runs").mkdir()
    give_to_user(folder)
    return config


def test_the_pipeline_runs_to_its_end_as_any_user_on_a_read_only_root(engine, image, user_folder):
    config = prepare(user_folder, f'cluster.image="{image}"')
    done = run(engine, user_folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "report.html" in done.stdout
    steps = [p for p in Path(config.run.folder).rglob("*") if p.name == "manifest.json"]
    assert {p.stat().st_uid for p in steps} == {UID}
    assert not engine.call("ps", "-aq").stdout


def test_a_step_that_fails_at_once_fails_the_run_every_time(engine, image, user_folder):
    """Without a code of our own, kfp calls some of these a success (kubeflow/pipelines#13332)."""
    prepare(user_folder, f'cluster.image="{image}"', "corpus.min_characters=1000000")
    for _ in range(3):
        done = run(engine, user_folder)
        assert done.returncode == 3, done.stdout[-2000:] + done.stderr[-2000:]
