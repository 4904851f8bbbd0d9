"""Artifacts of earlier releases are read, verified and give the losses they gave (R9)."""

import json
import shutil
from pathlib import Path

import pytest
import tiny

from spanbert.shards.reader import ShardReader
from spanbert.storage import verify
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.worker import Inputs, train_on_worker

FORMATS = sorted((Path(__file__).parents[1] / "fixtures").glob("formats-*"))


@pytest.fixture(params=FORMATS, ids=lambda folder: folder.name)
def old(request):
    return request.param


@pytest.mark.parametrize("kind", ["documents", "tokenizer", "shards"])
def test_every_kind_verifies(old, kind):
    assert verify(old / kind, kind).files


def test_shards_and_tokenizer_still_fit_together(old):
    reader, tokenizer = ShardReader(old / "shards"), load_tokenizer(old / "tokenizer")
    assert reader.vocab_size == tokenizer.vocab_size
    assert reader.manifest.counts["vocabulary_digest"] == tokenizer.digest


def test_a_checkpoint_goes_on_with_the_losses_of_its_time(old, tmp_path):
    work = tmp_path / "work"
    shutil.copytree(old / "checkpoints", work / "checkpoints")
    inputs = Inputs(old / "shards", old / "tokenizer", work)
    said = []
    config = tiny.config(tmp_path, "training.checkpoint_every_steps=6", "training.num_workers=1")
    train_on_worker(config, inputs, say=said.append)
    assert said[0].startswith("going on from the checkpoint after step 6 (numeric: ")
    expected = [p for p in json.loads((old / "curve.json").read_text()) if p["step"] > 6]
    found = read_curve(inputs.curve)
    assert [p["step"] for p in found] == [p["step"] for p in expected] == [9, 12]
    for now, then in zip(found, expected, strict=True):
        for name, value in then.items():
            assert now[name] == pytest.approx(value, rel=1e-5), name
