"""Fresh weights: the law they are drawn from, and that each has a stream of its own."""

import pytest
import torch

from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.objectives.config import ObjectiveConfig

SIZES = ModelConfig(vocab_size=500, hidden_size=64, num_heads=4, num_layers=2)


def fresh(seed=1):
    model = PretrainingModel(SIZES, ObjectiveConfig(sbo_position_size=20, nsp=True))
    initialize(model, 0.02, seed)
    return model


def test_weights_follow_the_law():
    for name, weight in fresh().named_parameters():
        if weight.ndim > 1:
            assert float(weight.detach().std()) == pytest.approx(0.02, rel=0.1), name
        elif "norm" in name and name.endswith("weight"):
            assert torch.equal(weight, torch.ones_like(weight))
        else:
            assert not weight.any(), name


def test_weights_are_a_function_of_the_seed_alone():
    torch.manual_seed(0)
    first = fresh().state_dict()
    torch.manual_seed(1)
    second = fresh().state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(fresh(2).word_embeddings, first["encoder.embeddings.word.weight"])


def test_a_head_more_changes_no_other_weight():
    alone = torch.nn.ModuleDict({"encoder": Encoder(SIZES)})
    initialize(alone, 0.02, seed=1)
    both = fresh().state_dict()
    assert all(torch.equal(weight, both[name]) for name, weight in alone.state_dict().items())
