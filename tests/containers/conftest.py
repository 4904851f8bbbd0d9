"""One engine and one image for all tests here; `SPANBERT_ENGINE` names a folder to keep them in."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from containers.engine import Engine, missing, pip_configuration
from containers.nodes import Nodes

ROOT = Path(__file__).parents[2]
IMAGE = "spanbert-python:test"


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    if told := missing():
        pytest.skip(told)
    kept = os.environ.get("SPANBERT_ENGINE")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("engine")
    with Engine(folder) as running:
        running.import_base()
        yield running


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """A clone of the sources as they are in the working tree, with torch's CPU build."""
    folder = tmp_path_factory.mktemp("context") / "spanbert"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "requirements" / "wheels").mkdir()
    for source in filter(None, os.environ.get("PIP_FIND_LINKS", "").split()):
        for wheel in Path(source).glob("torch-*+cpu-*.whl"):
            shutil.copy(wheel, folder / "requirements" / "wheels")
    return folder


@pytest.fixture(scope="session")
def image(engine, context, tmp_path_factory):
    """The CPU image, built from the unmodified Containerfile."""
    settings = tmp_path_factory.mktemp("pip") / "pip.conf"
    settings.write_text(pip_configuration())
    secrets = [("pip", settings), ("ca", "/etc/ssl/certs/ca-certificates.crt")]
    engine.build(context, "cpu", IMAGE, secrets)
    return IMAGE


@pytest.fixture
def nodes(engine, image, tmp_path, monkeypatch):
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    running = Nodes(engine, image, tmp_path)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(running.token))
    try:
        running.start_head()
        running.start_worker(1)
        yield running
    finally:
        running.remove()
