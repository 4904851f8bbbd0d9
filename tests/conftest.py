"""Artifacts that many tests read; made once."""

import os

# small tensors: a second thread waits more than it works, and on a busy machine tenfold
os.environ["OMP_NUM_THREADS"] = "1"

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import spacy_rules
import tiny
from hypothesis import settings

from spanbert.config import Config
from spanbert.corpus.documents import write_documents
from spanbert.model.published import write_folder
from spanbert.shards.writer import write_shards
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model

settings.register_profile("busy machines", deadline=None)  # time is not what tests state
settings.load_profile("busy machines")


@dataclass(frozen=True)
class Artifacts:
    """Folders of a tiny run up to its shards."""

    config: Config
    documents: Path
    held_out: Path
    tokenizer: Path
    shards: Path
    held_out_shards: Path


@pytest.fixture(autouse=True)
def _own_tracking_server():
    """MLflow keeps the addresses that a test sets for all that follow, the environment too."""
    yield
    if mlflow := sys.modules.get("mlflow"):
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri(None)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory) -> Artifacts:
    folder = tmp_path_factory.mktemp("artifacts")
    tiny.write_corpus(folder)
    tiny.write_questions(folder)
    config = tiny.config(folder)
    made = Artifacts(
        config,
        *(folder / n for n in ("documents", "held-out", "tokenizer", "shards", "held-out-shards")),
    )
    write_documents(made.documents, made.held_out, config.corpus)
    build_tokenizer(made.documents, made.tokenizer, config.tokenizer)
    write_shards(made.documents, made.tokenizer, made.shards, config.shards)
    write_shards(made.held_out, made.tokenizer, made.held_out_shards, config.shards)
    return made


@pytest.fixture(scope="session")
def pair_shards(artifacts, tmp_path_factory) -> Path:
    """The tiny run's documents as pairs, marked with entities and noun phrases."""
    folder = tmp_path_factory.mktemp("pairs")
    rules = str(spacy_rules.save_rules(folder / "rules"))
    config = replace(artifacts.config.shards, pairs=True, annotator=rules)
    write_shards(artifacts.documents, artifacts.tokenizer, folder / "shards", config)
    return folder / "shards"


@pytest.fixture(scope="session")
def s3_port():
    """The port of an S3 server in this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def s3_url(s3_port, monkeypatch) -> str:
    """The URL of an empty prefix there; the environment says how to reach it."""
    import s3fs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-of-a-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3_port}")
    bucket = f"bucket-{os.urandom(6).hex()}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(bucket)
    return f"s3://{bucket}/runs/one"


@pytest.fixture
def start(artifacts, tmp_path) -> Path:
    """A stock folder of a pre-training model with random weights, to start from."""
    folder = tmp_path / "start"
    folder.mkdir()
    size = load_tokenizer(artifacts.tokenizer).vocab_size
    state = build_model(artifacts.config, size).state_dict()
    sizes = replace(artifacts.config.model, vocab_size=size)
    write_folder(folder, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    return folder
