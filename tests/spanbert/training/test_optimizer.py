"""Who decays; flat AdamW against torch's own; and parts of it on several workers."""

import threading
from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import nn
from worker_threads import Group

from spanbert.training.config import TrainingConfig
from spanbert.training.optimizer import FlatAdamW, decay_groups

CONFIG = TrainingConfig(weight_decay=0.1, learning_rate=0.01)


torch.manual_seed(0)
SEEDED = nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 3), nn.LayerNorm(3))


def model():
    return deepcopy(SEEDED)  # threads share one generator


def backward(net, number):
    inputs = torch.tensor([1, 2, 2, number % 7])
    (net(inputs) * torch.arange(12.0).view(4, 3)).pow(3).sum().backward()


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def test_matrices_decay_and_vectors_do_not():
    decayed, others = decay_groups(model(), 0.01, "matrices")
    assert all(p.ndim == 2 for p in decayed["params"])
    assert all(p.ndim == 1 for p in others["params"])
    assert (decayed["weight_decay"], others["weight_decay"]) == (0.01, 0.0)


def test_trap_12_the_published_code_decays_everything():
    (group,) = decay_groups(model(), 0.01, "all")
    assert len(group["params"]) == 5


@pytest.mark.parametrize("decay", ["matrices", "all"])
def test_steps_equal_those_of_torch_over_separate_parameters(decay):
    flat, plain = model(), model()
    ours = FlatAdamW(flat, replace(CONFIG, decay=decay))
    theirs = torch.optim.AdamW(decay_groups(plain, 0.1, decay), lr=0.01, eps=CONFIG.epsilon)
    for number in range(5):
        ours.flat.gradients.zero_()
        theirs.zero_grad()
        backward(flat, number)
        backward(plain, number)
        theirs.param_groups[0]["lr"] = theirs.param_groups[-1]["lr"] = 0.01 / (number + 1)
        ours.step(0.01 / (number + 1))
        theirs.step()
    torch.testing.assert_close(weights(flat), weights(plain))
    assert not torch.equal(weights(flat), weights(model()))


def train(optimizer, net, steps):
    for number in steps:
        optimizer.flat.gradients.zero_()
        backward(net, number)
        optimizer.step(0.01)


def on_workers(size, work):
    """Run `work(workers)` in a thread a worker; returns what each returned."""
    group, results = Group(size), [None] * size

    def run(rank):
        results[rank] = work(group.of(rank))

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("size", [2, 3])
def test_sharded_moments_give_the_same_weights_and_moments_to_the_bit(size):
    alone = model()
    whole = FlatAdamW(alone, CONFIG)
    train(whole, alone, range(4))

    def work(workers):
        net = model()
        optimizer = FlatAdamW(net, replace(CONFIG, shard_optimizer=True), workers)
        kept = sum(part.numel() for part in optimizer._parts)
        assert kept * size == optimizer.flat.values.numel()
        train(optimizer, net, range(4))
        return weights(net), optimizer.moments()

    for found, moments in on_workers(size, work):
        assert torch.equal(found, weights(alone))
        assert moments.keys() == whole.moments().keys()
        assert all(torch.equal(moments[n], t) for n, t in whole.moments().items())


def test_moments_go_from_one_worker_to_several_and_on():
    alone = model()
    whole = FlatAdamW(alone, CONFIG)
    train(whole, alone, range(2))
    moments = {n: t.clone() for n, t in whole.moments().items()}
    state = {n: t.clone() for n, t in alone.state_dict().items()}
    train(whole, alone, range(2, 4))

    def work(workers):
        net = model()
        optimizer = FlatAdamW(net, replace(CONFIG, shard_optimizer=True), workers)
        net.load_state_dict(state)
        optimizer.restore(2, moments)
        train(optimizer, net, range(2, 4))
        return weights(net)

    for found in on_workers(2, work):
        assert torch.equal(found, weights(alone))
