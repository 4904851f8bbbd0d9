"""A worker without Ray: a run cut and resumed equals a run uncut."""

import hashlib
import shutil
from dataclasses import replace

import pytest
import tiny
from safetensors.torch import load_file

from spanbert.errors import CheckpointError, IntegrityError
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.worker import Inputs, count_parameters, train_on_worker


class Cut(Exception):
    """Stands for a kill at a step."""


@pytest.fixture
def inputs(artifacts, tmp_path):
    return Inputs(artifacts.shards, artifacts.tokenizer, tmp_path / "work")


def weights_digest(inputs, step):
    folder = inputs.checkpoints / f"step-{step:08d}"
    parts = [(folder / f"{name}.safetensors").read_bytes() for name in ("model", "optimizer")]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def cut_at(step):
    def log(done, metrics):
        if done >= step:
            raise Cut

    return log


@pytest.mark.parametrize("step", [3, 6, 9, 12])
def test_a_resumed_run_equals_an_uncut_one_to_the_bit(artifacts, inputs, tmp_path, step):
    uncut = replace(inputs, work_folder=tmp_path / "uncut")
    train_on_worker(artifacts.config, uncut)
    with pytest.raises(Cut):
        train_on_worker(artifacts.config, inputs, log=cut_at(step))
    train_on_worker(artifacts.config, inputs)
    assert weights_digest(inputs, 12) == weights_digest(uncut, 12)
    assert read_curve(inputs.curve) == read_curve(uncut.curve)


def test_training_lowers_the_loss(artifacts, inputs):
    config = tiny.config(inputs.work_folder, "training.steps=60", "training.learning_rate=5e-3")
    train_on_worker(config, inputs)
    curve = read_curve(inputs.curve)
    assert curve[-1]["mlm_loss"] < curve[0]["mlm_loss"] - 0.5


def test_a_finished_run_does_nothing_more(artifacts, inputs):
    train_on_worker(artifacts.config, inputs)
    before = weights_digest(inputs, 12)
    said = []
    train_on_worker(artifacts.config, inputs, say=said.append)
    assert weights_digest(inputs, 12) == before
    assert said == ["going on from the checkpoint after step 12"]


def test_a_damaged_checkpoint_is_skipped_and_the_result_is_the_same(artifacts, inputs):
    train_on_worker(artifacts.config, inputs)
    expected = weights_digest(inputs, 12)
    path = inputs.checkpoints / "step-00000012" / "optimizer.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 4
    path.write_bytes(content)
    said = []
    train_on_worker(artifacts.config, inputs, say=said.append)
    assert any("skipped checkpoint" in line and "sha256" in line for line in said)
    assert weights_digest(inputs, 12) == expected


def test_checkpoints_of_other_inputs_are_refused(artifacts, inputs):
    train_on_worker(artifacts.config, inputs)
    other = replace(inputs, shards=artifacts.held_out_shards)
    with pytest.raises(CheckpointError, match="made from other shards"):
        train_on_worker(artifacts.config, other)


def test_checkpoints_of_other_sizes_are_refused_with_both(artifacts, inputs, tmp_path):
    train_on_worker(artifacts.config, inputs)
    wider = tiny.config(tmp_path, "model.intermediate_size=32")
    with pytest.raises(CheckpointError, match=r"intermediate_size is 24 there, 32 in the settings"):
        train_on_worker(wider, inputs)


def test_damaged_shards_are_refused(artifacts, inputs, tmp_path):
    copy = tmp_path / "shards"
    shutil.copytree(artifacts.shards, copy)
    (copy / "00000.words").write_bytes(b"")
    with pytest.raises(IntegrityError):
        train_on_worker(artifacts.config, replace(inputs, shards=copy))


def test_parameters_are_counted_without_making_them(artifacts, inputs):
    train_on_worker(artifacts.config, inputs)
    tensors = load_file(inputs.checkpoints / "step-00000012" / "model.safetensors")
    vocab_size = len(tensors["masked_token_head.bias"])
    counted = count_parameters(artifacts.config, vocab_size)
    assert counted == sum(t.numel() for t in tensors.values())


def test_a_tokenizer_that_did_not_make_the_shards_is_refused(artifacts, inputs, tmp_path):
    other = replace(artifacts.config.tokenizer, vocab_size=200)
    build_tokenizer(artifacts.documents, tmp_path / "other", other)
    with pytest.raises(CheckpointError, match="not the one that the shards were made with"):
        train_on_worker(artifacts.config, replace(inputs, tokenizer=tmp_path / "other"))
    assert not inputs.checkpoints.exists()


def test_pairs_with_next_sentence_prediction_train_to_the_end(artifacts, pair_shards, tmp_path):
    settings = ("preset.model='bert'", "training.steps=40", "training.learning_rate=5e-3")
    config = tiny.config(tmp_path, *settings)
    inputs = Inputs(pair_shards, artifacts.tokenizer, tmp_path / "work")
    train_on_worker(config, inputs)
    curve = read_curve(inputs.curve)
    assert curve[-1]["mlm_loss"] < curve[0]["mlm_loss"]
    assert {"nsp_loss"} <= curve[0].keys()
    assert "sbo_loss" not in curve[0]
    assert curve[0]["loss"] == pytest.approx(curve[0]["mlm_loss"] + curve[0]["nsp_loss"])


def test_a_lost_disk_is_made_good_from_the_mirror(artifacts, inputs, tmp_path):
    url = (tmp_path / "mirror").as_uri()
    config = tiny.config(tmp_path, f"training.checkpoint_url='{url}'")
    with pytest.raises(Cut):
        train_on_worker(config, inputs, log=cut_at(9))
    shutil.rmtree(inputs.work_folder)
    said = []
    train_on_worker(config, inputs, say=said.append)
    assert "fetching the checkpoint after step 8" in said
    uncut = replace(inputs, work_folder=tmp_path / "uncut")
    train_on_worker(artifacts.config, uncut)
    assert weights_digest(inputs, 12) == weights_digest(uncut, 12)


def test_a_damaged_checkpoint_is_made_good_from_the_mirror(inputs, tmp_path):
    url = (tmp_path / "mirror").as_uri()
    config = tiny.config(tmp_path, f"training.checkpoint_url='{url}'")
    train_on_worker(config, inputs)
    expected = weights_digest(inputs, 12)
    path = inputs.checkpoints / "step-00000012" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    said = []
    train_on_worker(config, inputs, say=said.append)
    assert any("skipped" in line for line in said)
    assert "going on from the checkpoint after step 12" in said
    assert weights_digest(inputs, 12) == expected


def test_a_checkpoint_whose_writer_died_before_the_mirror_had_it_gets_there(inputs, tmp_path):
    url = (tmp_path / "mirror").as_uri()
    config = tiny.config(tmp_path, f"training.checkpoint_url='{url}'")
    train_on_worker(config, inputs)
    (mirrored,) = (tmp_path / "mirror").glob("*/step-00000012")
    shutil.rmtree(mirrored)
    train_on_worker(config, inputs)
    assert (mirrored / "manifest.json").is_file()
