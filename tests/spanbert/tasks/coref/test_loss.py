"""The loss by hand, and where a span has no right antecedent among those that were scored."""

import math

import pytest
import torch

from spanbert.tasks.coref.loss import antecedent_loss, mention_loss
from spanbert.tasks.coref.mentions import Links

NONE = -torch.inf


def loss_of(scores, clusters, antecedents=((0, 1), (0, 1), (1, 0))):
    links = Links(torch.tensor(antecedents), torch.tensor(scores, requires_grad=True))
    loss = antecedent_loss(links, torch.tensor(clusters))
    loss.backward()
    assert torch.isfinite(links.scores.grad).all()
    return loss.item(), links.scores.grad


def test_any_right_antecedent_will_do():
    scores = [[NONE, NONE], [1.0, NONE], [2.0, -1.0]]
    loss, gradient = loss_of(scores, [7, 7, 7])
    none, e = 1.0, math.exp
    second = -math.log(e(1) / (none + e(1)))
    third = -math.log((e(2) + e(-1)) / (none + e(2) + e(-1)))
    assert loss == pytest.approx(second + third)
    assert gradient[0].tolist() == [0, 0]


def test_a_span_without_cluster_or_antecedent_is_right_to_have_none():
    scores = [[NONE, NONE], [1.0, NONE], [2.0, -1.0]]
    loss, _ = loss_of(scores, [0, 0, 4])
    e = math.exp
    assert loss == pytest.approx(math.log(1 + e(1)) + math.log(1 + e(2) + e(-1)))


def test_an_antecedent_that_was_not_scored_does_not_count():
    loss, _ = loss_of([[NONE], [1.0], [2.0]], [3, 0, 3], ((0,), (0,), (1,)))
    assert loss == pytest.approx(math.log(1 + math.e) + math.log(1 + math.exp(2)))


def test_mentions_are_told_from_other_spans_by_their_own_scores():
    loss = mention_loss(torch.tensor([2.0, -1.0, 0.0]), torch.tensor([1, 0, 5])).item()
    expected = math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-1)) + math.log(2)
    assert loss == pytest.approx(expected)
