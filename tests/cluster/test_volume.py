"""Artifacts on the volume: whole, verified, copied once."""

import shutil

import pytest

from spanbert.cluster.volume import copy_artifact, stage
from spanbert.errors import IntegrityError
from spanbert.storage import read_manifest, verify


def test_a_copy_is_the_same_artifact(artifacts, tmp_path):
    staged = stage(artifacts.shards, tmp_path / "inputs", "shards")
    assert verify(staged, "shards").digest == read_manifest(artifacts.shards, "shards").digest


def test_an_artifact_is_copied_once(artifacts, tmp_path):
    staged = stage(artifacts.tokenizer, tmp_path, "tokenizer")
    written = staged.stat().st_ino
    assert stage(artifacts.tokenizer, tmp_path, "tokenizer").stat().st_ino == written


def test_a_damaged_artifact_is_refused_and_leaves_nothing(artifacts, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(artifacts.tokenizer, damaged)
    path = damaged / "vocab.txt"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(IntegrityError, match=r"vocab\.txt"):
        copy_artifact(damaged, tmp_path / "volume" / "copy", "tokenizer")
    assert not (tmp_path / "volume").exists()
