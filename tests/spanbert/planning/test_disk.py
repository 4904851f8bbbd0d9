"""Bytes on the volume: by hand, and against what stages write."""

from dataclasses import replace

import pytest

from spanbert.config import Config, parse_config
from spanbert.planning.disk import disk_of, shard_bytes_per_token
from spanbert.planning.work import training_parameters
from spanbert.shards.reader import ShardReader
from spanbert.training.worker import Inputs, train_on_worker


def with_vocabulary(config, reader):
    return replace(config, model=replace(config.model, vocab_size=reader.vocab_size))


def test_a_run_by_hand():
    disk = disk_of(Config(), 1000, 512.0, 2.04e6)
    assert disk.checkpoints == 4 * 12 * 1000  # three, and one that is being written
    assert disk.model == 4000
    assert disk.shards == pytest.approx(2.04e6 * 2.125 + 4000 * 16)


def test_without_a_corpus_its_shards_are_not_known():
    assert disk_of(Config(), 1000, 512.0, None).shards is None


def test_a_large_vocabulary_and_pairs_take_more():
    plain = shard_bytes_per_token(Config(), 512.0)
    large = parse_config("[model]\nvocab_size = 65537\n")
    pairs = parse_config("[shards]\npairs = true\n")
    assert shard_bytes_per_token(large, 512.0) == pytest.approx(plain + 2)
    assert shard_bytes_per_token(pairs, 512.0) == pytest.approx(plain + 5 / 510)


def test_shards_are_as_large_as_counted(artifacts):
    reader = ShardReader(artifacts.shards)
    counts = reader.manifest.counts
    config = with_vocabulary(artifacts.config, reader)
    mean = counts["tokens"] / counts["segments"] + 2
    counted = shard_bytes_per_token(config, mean) * counts["tokens"]
    written = sum(p.stat().st_size for p in artifacts.shards.glob("[0-9]*"))
    assert written == pytest.approx(counted, abs=16)  # the last offset, and the last byte's bits


def test_a_checkpoint_is_as_large_as_counted(artifacts, tmp_path):
    inputs = Inputs(artifacts.shards, artifacts.tokenizer, tmp_path)
    train_on_worker(artifacts.config, inputs)
    config = with_vocabulary(artifacts.config, ShardReader(artifacts.shards))
    parameters = training_parameters(config.model, config.objective)
    newest = max(inputs.checkpoints.iterdir())
    tensors = sum(p.stat().st_size for p in newest.glob("*.safetensors"))
    copies = config.training.keep_checkpoints + 1
    counted = disk_of(config, parameters, 40.0, None).checkpoints / copies
    assert counted < tensors < counted + 20_000  # names and shapes of tensors besides
