"""Nothing on a load path unpickles: loading, resuming and serving work with unpicklers that raise.

Compiled masking loops are machine code that numba keeps in a pickled index of its own beside the
package, as Python keeps bytecode; they are loaded before the unpicklers are taken away.
"""

import io
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from spanbert.checkpoints.store import load_state
from spanbert.masking.segment import Masker
from spanbert.model.importing.own_checkpoint import read
from spanbert.model.published import load_pretraining_model
from spanbert.shards.reader import ShardReader
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.ray_job import _export
from spanbert.training.worker import Inputs, train_on_worker

PACKAGE = Path(__file__).parents[1] / "src" / "spanbert"


class Refused(Exception):
    """Something was unpickled."""


def refuse(*args, **kwargs):
    raise Refused


def forbid_unpickling(monkeypatch):
    for name in ("load", "loads", "Unpickler", "_load", "_loads", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    monkeypatch.setattr(torch.serialization, "load", refuse)
    whole = np.load
    monkeypatch.setattr(np, "load", lambda *a, **k: whole(*a, **{**k, "allow_pickle": False}))


@pytest.fixture(scope="module")
def trained(artifacts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    inputs = Inputs(artifacts.shards, artifacts.tokenizer, folder / "work")
    train_on_worker(artifacts.config, inputs)
    _export(artifacts.config, inputs, inputs.checkpoints / "step-00000012", folder / "encoder")
    fill(folder / "encoder")
    return inputs, folder / "encoder"


def fill(encoder):
    return MaskFiller.load(encoder).fill("Ann [MASK] it near Oslo.").filled


def test_the_trap_is_set(monkeypatch):
    forbid_unpickling(monkeypatch)
    with pytest.raises(Refused):
        pickle.loads(b"\x80\x04K\x01.")
    with pytest.raises(Refused):
        torch.load(io.BytesIO(b""))


def test_loading_and_resuming_unpickle_nothing(artifacts, trained, monkeypatch):
    inputs, encoder = trained
    forbid_unpickling(monkeypatch)
    assert load_state(inputs.checkpoints / "step-00000012").step == 12
    assert read(inputs.checkpoints / "step-00000012").tensors
    assert load_pretraining_model(encoder)
    for folder in inputs.checkpoints.glob("step-00000012"):
        folder.rename(folder.parent / "skipped")  # so that there is something left to train
    train_on_worker(artifacts.config, inputs)
    reader, tokenizer = ShardReader(artifacts.shards), load_tokenizer(artifacts.tokenizer)
    settings = (artifacts.config.masking, artifacts.config.objective)
    assert Masker(reader, tokenizer, *settings, seed=1).masked(0, 0)


def test_serving_unpickles_nothing(trained, monkeypatch):
    forbid_unpickling(monkeypatch)
    assert fill(trained[1])


def test_the_registered_model_is_loaded_without_unpickling(trained):
    """In a process of its own: MLflow's loader, as `mlflow models serve` calls it."""
    program = """
import pickle, sys
def refuse(*args, **kwargs): raise SystemExit("something was unpickled")
from spanbert.registry import fill_mask
def answer(): return fill_mask._load_pyfunc(sys.argv[1]).predict([{"text": "Ann [MASK] it."}])
answer()
pickle.load = pickle.loads = pickle.Unpickler = refuse
print(answer())
"""
    command = [sys.executable, "-c", program, str(trained[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "by_both" in done.stdout
