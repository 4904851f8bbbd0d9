"""The chunked loss against torch's cross-entropy over whole matrices of scores."""

import pytest
import torch
import torch.nn.functional as F

from spanbert.objectives.tied import CHUNK_ROWS, TiedRows, tied_cross_entropy

VOCAB, HIDDEN = 203, 12  # not a multiple of 64


def inputs(*sizes):
    torch.manual_seed(len(sizes) + sum(sizes))
    table = torch.randn(VOCAB, HIDDEN).requires_grad_()
    parts = [
        TiedRows(
            torch.randn(size, HIDDEN).requires_grad_(),
            torch.randn(VOCAB).requires_grad_(),
            torch.randint(0, VOCAB, (size,)),
            scale=0.3 * (number + 1),
        )
        for number, size in enumerate(sizes)
    ]
    return table, parts


def leaves(table, parts):
    return [table, *(t for part in parts for t in (part.rows, part.bias))]


def plain(table, parts):
    sums = [
        F.cross_entropy(F.linear(p.rows, table, p.bias).float(), p.targets, reduction="sum")
        for p in parts
    ]
    return sum(s * p.scale for s, p in zip(sums, parts, strict=True)), torch.stack(sums)


@pytest.mark.parametrize(
    "sizes",
    [
        (1,),
        (7, 5),
        (0,),
        (0, 3),
        (3, 0),
        (CHUNK_ROWS - 1, 1),
        (CHUNK_ROWS, CHUNK_ROWS + 1),
        (1300,),
    ],
)
def test_losses_and_gradients_equal_those_of_whole_matrices(sizes):
    table, parts = inputs(*sizes)
    total, sums = tied_cross_entropy(table, parts)
    (total * 1.7).backward()
    found = [leaf.grad.clone() for leaf in leaves(table, parts)]
    for leaf in leaves(table, parts):
        leaf.grad = None
    expected, expected_sums = plain(table, parts)
    (expected * 1.7).backward()
    torch.testing.assert_close(total, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(sums, expected_sums.detach(), rtol=1e-5, atol=1e-5)
    for ours, leaf in zip(found, leaves(table, parts), strict=True):
        torch.testing.assert_close(ours, leaf.grad, rtol=1e-5, atol=1e-5)


def test_an_answer_of_vanishing_probability_has_a_finite_loss():
    table, (part,) = inputs(4)
    far = TiedRows(
        part.rows, part.bias.detach() - 1e4 * F.one_hot(part.targets[0], VOCAB), part.targets, 1.0
    )
    total, _ = tied_cross_entropy(table, [far])
    total.backward()
    assert 1e4 < float(total.detach()) < 1e5
    assert torch.isfinite(part.rows.grad).all()


def test_the_sums_alone_come_without_gradients():
    table, parts = inputs(6, 4)
    with torch.no_grad():
        total, sums = tied_cross_entropy(table, parts)
    assert not total.requires_grad
    torch.testing.assert_close(sums, plain(table, parts)[1].detach())


def test_16_bits_agree_with_those_of_autocast_within_their_rounding():
    table, parts = inputs(40, 30)
    with torch.autocast("cpu", torch.bfloat16):
        total, _ = tied_cross_entropy(table, parts)
        expected, _ = plain(table, parts)
    total.backward()
    found = [leaf.grad.clone() for leaf in leaves(table, parts)]
    for leaf in leaves(table, parts):
        leaf.grad = None
    expected.backward()
    torch.testing.assert_close(total, expected, rtol=1e-2, atol=1e-2)
    for ours, leaf in zip(found, leaves(table, parts), strict=True):
        assert ours.dtype == leaf.grad.dtype == torch.float32
        assert (ours - leaf.grad).norm() < 0.01 * leaf.grad.norm()
