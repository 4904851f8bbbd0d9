"""Capture and restore: the next step is the same to the bit."""

import pytest
import torch
from torch import nn

from spanbert.checkpoints.state import SpikeRecord, TrainingState, capture, restore
from spanbert.errors import CheckpointError
from spanbert.training.config import TrainingConfig
from spanbert.training.optimizer import FlatAdamW


def setup():
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    return model, FlatAdamW(model, TrainingConfig())


def advance(model, optimizer, steps):
    for number in range(steps):
        optimizer.flat.gradients.zero_()
        inputs = torch.arange(8.0).view(2, 4) + number
        model(inputs).pow(2).sum().backward()
        optimizer.step(learning_rate=0.1)


def test_training_goes_on_as_if_uncut():
    model, optimizer = setup()
    advance(model, optimizer, 3)
    saved = capture(3, model, optimizer, SpikeRecord(), {})
    advance(model, optimizer, 2)  # a state is a copy
    other, other_optimizer = setup()
    restore(saved, other, other_optimizer)
    advance(other, other_optimizer, 2)
    assert torch.equal(model.weight, other.weight)
    assert torch.equal(model.bias, other.bias)


def test_a_missing_tensor_is_named():
    model, optimizer = setup()
    with pytest.raises(CheckpointError, match="bias is absent in the checkpoint"):
        restore(TrainingState(1, {"weight": torch.zeros(3, 4)}, {}), model, optimizer)
