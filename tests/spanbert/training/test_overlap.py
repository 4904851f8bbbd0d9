"""Every gradient is summed once, in the same order on all workers, as early as it can be."""

import pytest
import torch
from torch import nn

from spanbert.training.flat import FlatParameters
from spanbert.training.overlap import OverlappedSum
from spanbert.training.workers import Alone


class Recorder(Alone):
    """A group whose sum doubles; it notes what was asked for, and when."""

    world_size = 2

    def __init__(self):
        self.started, self.waited = [], 0

    def start_sum(self, tensor):
        self.started.append((tensor.storage_offset(), tensor.numel()))
        tensor.mul_(2)

        def wait():
            self.waited += 1

        return wait


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.unused, self.last = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, inputs):
        return self.last(torch.tanh(self.first(inputs)))


def made(bucket_bytes):
    net, workers = Net(), Recorder()
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim == 1]
    flat = FlatParameters([matrices, vectors])
    return net, workers, flat, OverlappedSum(flat, workers, bucket_bytes)


@pytest.mark.parametrize("bucket_bytes", [4, 100, 1 << 20])
@pytest.mark.parametrize("passes", [0, 1, 3])
def test_each_gradient_is_summed_once_after_the_last_pass(bucket_bytes, passes):
    net, workers, flat, overlapped = made(bucket_bytes)
    plain = Net()
    for number in range(passes):
        if number + 1 == passes:
            assert not workers.started
            overlapped.listen()
        net(torch.ones(2, 4) + number).pow(2).sum().backward()
        plain(torch.ones(2, 4) + number).pow(2).sum().backward()
    overlapped.finish()
    for ours, theirs in zip(net.parameters(), plain.parameters(), strict=True):
        expected = torch.zeros_like(ours) if theirs.grad is None else theirs.grad * 2
        assert torch.equal(ours.grad, expected)
    assert workers.waited == len(workers.started)
    covered = sum(size for _, size in workers.started)
    assert covered == len(flat.gradients)


def test_the_order_does_not_depend_on_what_was_computed():
    orders = []
    for passes in (0, 1):
        net, workers, _, overlapped = made(4)
        for _ in range(passes):
            overlapped.listen()
            net(torch.ones(2, 4)).sum().backward()
        overlapped.finish()
        orders.append(workers.started)
    assert orders[0] == orders[1]
    assert len(orders[0]) == 6


def test_sums_start_during_the_backward_pass():
    net, workers, _, overlapped = made(4)
    started = []
    net.first.weight.register_hook(lambda _: started.append(len(workers.started)))
    overlapped.listen()
    net(torch.ones(2, 4)).sum().backward()
    assert started == [1]  # the last layer's matrix; the unused one holds up the rest
