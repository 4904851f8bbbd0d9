"""The span boundary head, layer by layer as the paper writes it."""

import torch
import torch.nn.functional as F

from spanbert.model.config import ModelConfig
from spanbert.model.heads import MaskedTokenHead, SpanBoundaryHead

SIZES = ModelConfig(vocab_size=31, hidden_size=12, num_heads=3, num_layers=1)


def norm(x, layer):
    centred = x - x.mean(-1, keepdim=True)
    return (
        centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-12).sqrt() * layer.weight + layer.bias
    )


def test_trap_10_boundary_head_is_linear_gelu_norm_twice():
    head = SpanBoundaryHead(SIZES, num_positions=4, position_size=5)
    for weight in head.parameters():  # biases begin at zero, norms at one: both must count
        torch.nn.init.normal_(weight)
    left, right, offset = torch.randn(6, 12), torch.randn(6, 12), torch.tensor([0, 1, 2, 3, 0, 1])
    table = torch.randn(31, 12)
    h0 = torch.cat([left, right, head.position.weight[offset]], dim=1)
    h1 = norm(F.gelu(h0 @ head.dense1.weight.T + head.dense1.bias), head.norm1)
    y = norm(F.gelu(h1 @ head.dense2.weight.T + head.dense2.bias), head.norm2)
    expected = y @ table.T + head.bias
    torch.testing.assert_close(head(left, right, offset, table), expected, atol=1e-5, rtol=1e-5)


def test_heads_have_the_published_sizes():
    base = ModelConfig()
    boundary = SpanBoundaryHead(base, num_positions=15, position_size=200)
    tied = base.vocab_size  # the bias is counted, the tied matrix is not part of the head
    assert round(sum(p.numel() for p in boundary.parameters()) / 1e6, 2) == 1.96
    token = MaskedTokenHead(base)
    assert round(sum(p.numel() for p in token.parameters()) / 1e6, 2) == 0.62
    assert token.bias.shape == boundary.bias.shape == (tied,)


def test_the_two_heads_have_biases_of_their_own():
    assert MaskedTokenHead(SIZES).bias is not SpanBoundaryHead(SIZES, 4, 5).bias
