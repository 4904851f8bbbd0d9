"""Who decays, and one buffer for all gradients."""

import pytest
import torch
from torch import nn

from spanbert.training.optimizer import FlatGradients, decay_groups


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 3), nn.LayerNorm(3))


def test_matrices_decay_and_vectors_do_not():
    decayed, others = decay_groups(model(), 0.01, "matrices")
    assert all(p.ndim == 2 for p in decayed["params"])
    assert all(p.ndim == 1 for p in others["params"])
    assert (decayed["weight_decay"], others["weight_decay"]) == (0.01, 0.0)


def test_trap_12_the_published_code_decays_everything():
    (group,) = decay_groups(model(), 0.01, "all")
    assert len(group["params"]) == 5


def test_gradients_are_views_of_the_buffer_and_add_up():
    net = model()
    gradients = FlatGradients(net.parameters())
    for _ in range(2):
        net(torch.tensor([1, 2])).pow(3).sum().backward()
    twice = torch.cat([p.grad.flatten() for p in net.parameters()])
    assert torch.equal(gradients.flat, twice)
    gradients.zero()
    assert not any(p.grad.any() for p in net.parameters())


@pytest.mark.parametrize("scale", [0.001, 1.0, 1000.0])
def test_clipping_equals_that_of_torch(scale):
    nets = model(), model()
    gradients = FlatGradients(nets[0].parameters())
    for net in nets:
        (net(torch.tensor([1, 2])).pow(3).sum() * scale).backward()
    norm = gradients.clip(1.0)
    expected = nn.utils.clip_grad_norm_(nets[1].parameters(), 1.0)
    torch.testing.assert_close(norm, expected)
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)
