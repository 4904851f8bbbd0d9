"""One run of numbers for all parameters: views, gaps, and the global norm."""

import pytest
import torch
from torch import nn

from spanbert.training.flat import FlatParameters


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 3), nn.LayerNorm(3))


def flat_of(net, num_parts=1):
    parameters = list(net.parameters())
    return FlatParameters([parameters[:2], parameters[2:]], num_parts)


def backward(net, scale=1.0):
    (net(torch.tensor([1, 2])).pow(3).sum() * scale).backward()


def test_values_are_kept_and_shared():
    net, before = model(), model().state_dict()
    flat = flat_of(net)
    assert all(torch.equal(t, before[n]) for n, t in net.state_dict().items())
    flat.values.fill_(2.0)
    assert all((p == 2).all() for p in net.parameters())


def test_gradients_are_views_that_add_up():
    net, plain = model(), model()
    flat = flat_of(net)
    for _ in range(2):
        backward(net)
        backward(plain)
    for view, (parameter, place) in zip(plain.parameters(), flat.places.items(), strict=True):
        assert torch.equal(parameter.grad, view.grad)
        assert torch.equal(flat.gradients[place].view_as(view), view.grad)
    flat.gradients.zero_()
    assert not any(p.grad.any() for p in net.parameters())


@pytest.mark.parametrize("num_parts", [1, 2, 3, 5])
def test_places_are_aligned_disjoint_and_groups_divisible(num_parts):
    flat = flat_of(model(), num_parts)
    covered = torch.zeros(len(flat.values))
    for place in flat.places.values():
        assert place.start % 16 == 0
        covered[place] += 1
    assert covered.max() == 1
    assert all((group.stop - group.start) % num_parts == 0 for group in flat.groups)
    assert flat.groups[-1].stop == len(flat.values)


def test_the_norm_of_many_gradients_is_right():
    flat = FlatParameters([[nn.Parameter(torch.zeros(30_000_001))]])
    flat.gradients.fill_(0.37)
    torch.manual_seed(0)
    flat.gradients[: 1 << 24].normal_()
    expected = float(flat.gradients[:30_000_001].double().norm())
    flat.gradients[30_000_001:] = 0
    assert float(flat.norm()) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("scale", [0.001, 1.0, 1000.0])
def test_clipping_equals_that_of_torch(scale):
    net, plain = model(), model()
    flat = flat_of(net)
    backward(net, scale)
    backward(plain, scale)
    torch.testing.assert_close(flat.clip(1.0), nn.utils.clip_grad_norm_(plain.parameters(), 1.0))
    for a, b in zip(net.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)
