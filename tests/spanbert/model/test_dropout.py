"""The share that is kept, its scale, its gradient, and its key."""

import pytest
import torch

from spanbert.model.dropout import Dropout


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_the_rate_and_the_mean_are_kept(rate):
    torch.manual_seed(1)
    dropped = Dropout(rate).train()(torch.ones(1000, 1001))
    share = float((dropped == 0).float().mean())
    deviation = (rate * (1 - rate) / dropped.numel()) ** 0.5
    assert abs(share - rate) < 5 * deviation
    assert dropped.unique().tolist() == pytest.approx([0, 1 / (1 - rate)])


def test_neighbours_are_independent():
    """Four decisions come from one draw: no two of them may agree more often than by chance."""
    torch.manual_seed(1)
    kept = (Dropout(0.5).train()(torch.ones(400_000)) > 0).double()
    for distance in range(1, 9):
        agreement = torch.corrcoef(torch.stack([kept[distance:], kept[:-distance]]))[0, 1]
        assert abs(float(agreement)) < 5 / 400_000**0.5


@pytest.mark.parametrize("shape", [(1,), (3, 5), (2, 2, 2), (0, 4)])
def test_the_gradient_passes_where_values_did(shape):
    torch.manual_seed(3)
    values = torch.randn(shape).requires_grad_()
    dropped = Dropout(0.3).train()(values)
    dropped.sum().backward()
    torch.testing.assert_close(dropped, values * values.grad)


def test_it_is_keyed_by_torchs_generator_and_off_in_evaluation():
    values, module = torch.ones(50), Dropout(0.5).train()
    torch.manual_seed(7)
    first = module(values)
    torch.manual_seed(7)
    assert torch.equal(module(values), first)
    assert not torch.equal(module(values), first)
    assert module.eval()(values) is values
    assert Dropout(0.0).train()(values) is values
