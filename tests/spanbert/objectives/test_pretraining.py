"""All losses: their size at the start, their normalisers, and where gradients go."""

import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F

from spanbert.model.config import ModelConfig
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.mlm import masked_token_rows
from spanbert.objectives.pretraining import mean_losses, pretraining_losses
from spanbert.objectives.sbo import span_boundary_rows
from spanbert.objectives.tied import tied_cross_entropy

SIZES = ModelConfig(
    vocab_size=1000,
    hidden_size=32,
    num_layers=2,
    num_heads=2,
    intermediate_size=40,
    max_positions=40,
    hidden_dropout=0.0,
    attention_dropout=0.0,
)


OBJECTIVE = ObjectiveConfig(sbo_position_size=8, nsp=True)


@pytest.fixture
def model():
    made = PretrainingModel(SIZES, OBJECTIVE)
    initialize(made, 0.02, seed=1)
    return made


@pytest.fixture
def batch():
    """Two sequences; in the second the span [13, 16) is masked and framed by 12 and 16."""
    generator = torch.Generator().manual_seed(1)
    return PretrainingBatch(
        token_ids=torch.randint(5, 1000, (26,), generator=generator),
        token_type_ids=torch.tensor([0] * 6 + [1] * 4 + [0] * 16),
        packing=Packing((10, 16)),
        mlm_rows=torch.tensor([2, 13, 14, 15]),
        mlm_targets=torch.tensor([7, 8, 9, 10]),
        sbo_left=torch.tensor([12, 12, 12]),
        sbo_right=torch.tensor([16, 16, 16]),
        sbo_offset=torch.tensor([0, 1, 2]),
        sbo_targets=torch.tensor([8, 9, 10]),
        nsp_rows=torch.tensor([0, 10]),
        nsp_targets=torch.tensor([1, 0]),
    )


def test_losses_equal_the_obvious_way_with_all_logits(model, batch):
    losses = pretraining_losses(model, batch, (0.5, 3.0, 0.25))
    hidden = model.encoder(batch.token_ids, batch.packing, batch.token_type_ids)
    every = model.masked_token_head(hidden, model.word_embeddings).log_softmax(-1)
    mlm = -sum(every[r, t] for r, t in zip(batch.mlm_rows, batch.mlm_targets, strict=True))
    sbo = torch.tensor(0.0)
    for row in range(3):
        left, right = hidden[12], hidden[16]
        offset = torch.tensor([row])
        logits = model.span_boundary_head(left[None], right[None], offset, model.word_embeddings)
        sbo = sbo + F.cross_entropy(logits, batch.sbo_targets[row : row + 1])
    follows, is_random = model.next_sentence_head(hidden[[0, 10]]).log_softmax(-1).unbind(1)
    nsp = -(is_random[0] + follows[1])
    torch.testing.assert_close(losses.sums, torch.stack([mlm, sbo, nsp]).detach())
    torch.testing.assert_close(losses.total, 0.5 * mlm + 3 * sbo + 0.25 * nsp)


def test_fresh_weights_know_nothing(model, batch):
    mlm, sbo, nsp = pretraining_losses(model, batch).sums.tolist()
    assert mlm / 4 == pytest.approx(math.log(1000), abs=0.1)
    assert sbo / 3 == pytest.approx(math.log(1000), abs=0.1)
    assert nsp / 2 == pytest.approx(math.log(2), abs=0.1)


def test_the_boundary_loss_reaches_the_encoder_through_two_states(model, batch):
    hidden = torch.randn(26, 32, requires_grad=True)
    rows = span_boundary_rows(model, hidden, batch, 1.0)
    tied_cross_entropy(model.word_embeddings, [rows])[0].backward()
    assert hidden.grad.abs().sum(1).nonzero().flatten().tolist() == [12, 16]
    assert model.word_embeddings.grad.abs().sum() > 0  # the tied output


def test_the_masked_token_loss_reaches_only_masked_rows(model, batch):
    hidden = torch.randn(26, 32, requires_grad=True)
    rows = masked_token_rows(model, hidden, batch, 1.0)
    tied_cross_entropy(model.word_embeddings, [rows])[0].backward()
    assert hidden.grad.abs().sum(1).nonzero().flatten().tolist() == [2, 13, 14, 15]


def test_no_boundary_target_is_a_loss_of_zero(model, batch):
    none = torch.tensor([], dtype=torch.int64)
    names = ("sbo_left", "sbo_right", "sbo_offset", "sbo_targets")
    empty = dataclasses.replace(batch, **dict.fromkeys(names, none))
    losses = pretraining_losses(model, empty)
    assert float(losses.sums[1]) == 0
    losses.total.backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize(
    ("objective", "names"),
    [
        (ObjectiveConfig(sbo_weight=0.0), ["mlm_loss"]),
        (ObjectiveConfig(), ["mlm_loss", "sbo_loss"]),
        (ObjectiveConfig(sbo_weight=0.0, nsp=True), ["mlm_loss", "nsp_loss"]),
        (ObjectiveConfig(nsp=True), ["mlm_loss", "sbo_loss", "nsp_loss"]),
    ],
)
def test_a_model_has_the_heads_of_its_objective_and_no_others(batch, objective, names):
    model = PretrainingModel(SIZES, objective)
    assert (model.span_boundary_head is not None) == objective.has_sbo
    assert (model.next_sentence_head is not None) == objective.nsp
    sums = pretraining_losses(model, batch).sums.double()
    means = mean_losses(sums, torch.tensor([4.0, 3.0, 2.0], dtype=torch.float64), objective)
    assert list(means) == ["loss", *names]
    assert means["loss"] == pytest.approx(sum(means[name] for name in names))


def test_trap_14_only_pairs_train_the_second_token_type(model, batch):
    pretraining_losses(model, batch).total.backward()
    gradient = model.encoder.embeddings.token_type.weight.grad
    assert gradient[1].abs().sum() > 0
    single = dataclasses.replace(batch, token_type_ids=torch.zeros(26, dtype=torch.int64))
    model.zero_grad()
    pretraining_losses(model, single).total.backward()
    gradient = model.encoder.embeddings.token_type.weight.grad
    assert gradient[0].abs().sum() > 0
    assert not gradient[1].any()
