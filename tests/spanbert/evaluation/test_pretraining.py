"""Held-out losses: what they are means of, and beside which entropy."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from spanbert.errors import CheckpointError
from spanbert.evaluation.pretraining import (
    evaluate_pretraining,
    unigram_entropy,
)
from spanbert.masking.segment import Masker
from spanbert.model.published import load_pretraining_model, write_folder
from spanbert.objectives.batch import collate
from spanbert.objectives.pretraining import pretraining_losses
from spanbert.shards.reader import ShardReader
from spanbert.shards.writer import write_shards
from spanbert.storage import publish
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model


@pytest.fixture(scope="module")
def model_folder(artifacts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "encoder"
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    model = build_model(artifacts.config, vocab_size)
    with publish(folder, "model") as draft:
        sizes = replace(artifacts.config.model, vocab_size=vocab_size)
        state = model.state_dict()
        write_folder(draft.folder, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    return folder


def test_losses_are_means_over_targets_segment_by_segment(artifacts, model_folder):
    loss, masking = evaluate_pretraining(model_folder, artifacts.held_out_shards, artifacts.config)
    shards, model = ShardReader(artifacts.held_out_shards), load_pretraining_model(model_folder)
    tokenizer = load_tokenizer(model_folder)
    settings = artifacts.config
    masker = Masker(shards, tokenizer, settings.masking, settings.objective, seed=3)
    sums, counts = np.zeros(2), np.zeros(2)
    with torch.no_grad():
        for number in range(len(shards)):
            batch = collate(masker.batch(np.array([number]), 0))
            sums += pretraining_losses(model, batch).sums.numpy()[:2]
            counts += [len(batch.mlm_targets), len(batch.sbo_targets)]
    assert [loss.mlm_loss, loss.sbo_loss] == pytest.approx((sums / counts).tolist(), rel=1e-5)
    assert loss.num_tokens == counts[0]
    assert loss.mlm_loss == pytest.approx(math.log(shards.vocab_size), abs=0.3)
    assert masking["masked_fraction"] == pytest.approx(counts[0] / shards.num_tokens)


def test_examples_are_kept_out_unless_asked_for(artifacts, model_folder):
    _, masking = evaluate_pretraining(model_folder, artifacts.held_out_shards, artifacts.config)
    assert "examples" not in masking
    shown = replace(artifacts.config, run=replace(artifacts.config.run, show_examples=True))
    _, masking = evaluate_pretraining(model_folder, artifacts.held_out_shards, shown)
    kinds = {token["kind"] for example in masking["examples"] for token in example["tokens"]}
    assert kinds <= {"visible", "mask", "random", "kept"}
    assert {"visible", "mask"} <= kinds


def test_the_entropy_of_known_counts():
    assert unigram_entropy(np.array([5, 5, 0, 5, 5])) == pytest.approx(math.log(4))
    assert unigram_entropy(np.array([0, 9])) == 0
    assert unigram_entropy(np.array([1, 3])) == pytest.approx(
        0.25 * math.log(4) + 0.75 * math.log(4 / 3)
    )


def test_shards_of_another_vocabulary_are_refused(artifacts, model_folder, tmp_path):
    smaller = replace(artifacts.config.tokenizer, vocab_size=200)
    build_tokenizer(artifacts.documents, tmp_path / "other", smaller)
    write_shards(
        artifacts.held_out, tmp_path / "other", tmp_path / "shards", artifacts.config.shards
    )
    with pytest.raises(CheckpointError, match="not the one that the shards were made with"):
        evaluate_pretraining(model_folder, tmp_path / "shards", artifacts.config)
