"""One optimizer step: the whole batch's gradient however it is cut, and a stop on bad numbers."""

import dataclasses
import math
import threading

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from worker_threads import Group

from spanbert.errors import NumericsError
from spanbert.masking.segment import Masker
from spanbert.model.config import ModelConfig
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.objectives.batch import collate
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.config import TrainingConfig
from spanbert.training.step import Trainer
from spanbert.training.workers import ALONE, Alone

OBJECTIVE = ObjectiveConfig(sbo_weight=0.7, sbo_position_size=8)
CONFIG = TrainingConfig(steps=10, warmup_steps=2, learning_rate=1e-3, max_grad_norm=1e9)


@pytest.fixture(scope="module")
def segments(artifacts):
    shards = ShardReader(artifacts.shards)
    tokenizer = load_tokenizer(artifacts.tokenizer)
    masker = Masker(shards, tokenizer, artifacts.config.masking, OBJECTIVE, seed=1)
    return [(masker, number) for number in range(12)]


def trainer(dropout=0.0, workers=ALONE, config=CONFIG):
    sizes = ModelConfig(
        vocab_size=300,
        hidden_size=16,
        num_layers=2,
        num_heads=2,
        intermediate_size=24,
        max_positions=64,
        hidden_dropout=dropout,
        attention_dropout=dropout,
    )
    model = PretrainingModel(sizes, OBJECTIVE)
    initialize(model, 0.05, seed=1)
    return Trainer(model, config, objective=OBJECTIVE, seed=5, workers=workers)


def plain_losses(model, batch):
    """Both sums by whole matrices of scores and torch's own cross-entropy."""
    hidden = model.encoder(batch.token_ids, batch.packing, batch.token_type_ids)
    table = model.word_embeddings
    scores = model.masked_token_head(hidden[batch.mlm_rows], table)
    left, right = hidden[batch.sbo_left], hidden[batch.sbo_right]
    framed = model.span_boundary_head(left, right, batch.sbo_offset, table)
    return (
        F.cross_entropy(scores, batch.mlm_targets, reduction="sum"),
        F.cross_entropy(framed, batch.sbo_targets, reduction="sum"),
    )


def batches(*groups):
    """Batches of segments, each of which comes with what masks it."""
    masked = (group[0][0].batch(np.array([n for _, n in group]), 0) for group in groups)
    return [collate(batch) for batch in masked]


def weights(made):
    return torch.cat([p.detach().flatten() for p in made.model.parameters()])


def gradients(made):
    return torch.cat([p.grad.flatten() for p in made.model.parameters()])


def test_trap_11_the_gradient_is_that_of_both_means(segments):
    made = trainer()
    (batch,) = batches(segments)
    reference = trainer().model
    mlm, sbo = plain_losses(reference, batch)
    (mlm / len(batch.mlm_targets) + 0.7 * sbo / len(batch.sbo_targets)).backward()
    metrics = made.step(0, [[batch]])
    expected = torch.cat([p.grad.flatten() for p in reference.parameters()])
    torch.testing.assert_close(gradients(made), expected)
    assert metrics["mlm_loss"] == pytest.approx(float(mlm.detach()) / len(batch.mlm_targets))
    assert metrics["loss"] == pytest.approx(metrics["mlm_loss"] + 0.7 * metrics["sbo_loss"])
    assert metrics["grad_norm"] == pytest.approx(float(expected.norm()))


def test_micro_batches_of_uneven_size_give_the_same_step(segments):
    whole, cut = trainer(), trainer()
    first = whole.step(0, [batches(segments)])
    second = cut.step(0, [batches(segments[:1], segments[1:7], segments[7:])])
    assert first == pytest.approx(second, rel=1e-5)
    torch.testing.assert_close(weights(whole), weights(cut), atol=1e-6, rtol=1e-5)


def run_together(makers, shares):
    results, threads = [None, None], []
    for rank in range(2):

        def work(rank=rank):
            made = makers(rank)
            results[rank] = (made, made.step(0, [shares[rank]]))

        threads.append(threading.Thread(target=work))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_workers_take_the_step_of_one(segments):
    group, alone = Group(2), trainer()
    expected = alone.step(0, [batches(segments)])
    shares = [batches(segments[:3]), batches(segments[3:8], segments[8:])]
    results = run_together(lambda rank: trainer(workers=group.of(rank)), shares)
    for made, metrics in results:
        assert metrics == pytest.approx(expected, rel=1e-5)
        torch.testing.assert_close(weights(made), weights(alone), atol=1e-6, rtol=1e-5)
    assert torch.equal(weights(results[0][0]), weights(results[1][0]))


def test_a_worker_without_a_segment_takes_part(segments):
    group, alone = Group(2), trainer()
    alone.step(0, [batches(segments)])
    results = run_together(lambda rank: trainer(workers=group.of(rank)), [batches(segments), []])
    torch.testing.assert_close(weights(results[1][0]), weights(alone), atol=1e-6, rtol=1e-5)


class Second(Alone):
    """Of a group whose others have nothing to add."""

    rank, world_size = 1, 2


def test_dropout_is_keyed_by_step_and_part(segments):
    torch.manual_seed(1)
    first = trainer(dropout=0.2).step(3, [batches(segments)])
    torch.manual_seed(2)
    assert trainer(dropout=0.2).step(3, [batches(segments)]) == first
    assert trainer(dropout=0.2).step(4, [batches(segments)])["loss"] != first["loss"]
    other = trainer(dropout=0.2, workers=Second()).step(3, [batches(segments)])
    assert other["loss"] != first["loss"]


def test_a_loss_that_is_not_finite_stops_before_any_weight_changes(segments):
    made = trainer()
    with torch.no_grad():
        made.model.masked_token_head.bias[7] = math.nan
    before = weights(made)
    with pytest.raises(NumericsError, match="at step 4") as stopped:
        made.step(4, [batches(segments)])
    assert stopped.value.exit_code == 65
    assert torch.equal(weights(made), before) or torch.isnan(before).any()
    assert not made.optimizer.moments()


def test_the_gradient_is_clipped_to_the_limit(segments):
    made = trainer(config=dataclasses.replace(CONFIG, max_grad_norm=0.01))
    metrics = made.step(0, [batches(segments)])
    assert metrics["grad_norm"] > 0.01
    assert float(gradients(made).norm()) == pytest.approx(0.01, rel=1e-3)


def test_bf16_agrees_with_fp32_within_its_rounding(segments):
    full = trainer().step(0, [batches(segments)])
    half = trainer(config=dataclasses.replace(CONFIG, precision="bf16")).step(
        0, [batches(segments)]
    )
    assert half["loss"] == pytest.approx(full["loss"], rel=2e-2)
    assert half["loss"] != full["loss"]
