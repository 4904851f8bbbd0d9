"""Attention with dropped weights against the formula, with the weights that it dropped."""

import pytest
import torch

from spanbert.model import attending
from spanbert.model.attending import attend
from spanbert.model.dropout import lowest_kept, random_lanes
from spanbert.model.packing import Packing

HEADS, HEAD_DIM = 3, 5


def plain(qkv, length, rate):
    """One run by the formula; the kept weights are drawn as `attend` draws them."""
    q, k, v = qkv.unflatten(0, (-1, length)).permute(2, 0, 3, 1, 4)
    p = (q @ k.mT / HEAD_DIM**0.5).softmax(-1)
    kept = random_lanes(p.shape) >= lowest_kept(rate)
    return (p * kept / (1 - rate) @ v).transpose(1, 2).flatten(2).flatten(0, 1)


@pytest.mark.parametrize("lengths", [(1,), (4,), (6, 6), (7, 2, 2, 9)])
def test_values_and_gradients_equal_the_formula(lengths):
    packing = Packing(lengths)
    torch.manual_seed(0)
    qkv = torch.randn(packing.num_tokens, 3, HEADS, HEAD_DIM, dtype=torch.float64)
    weights = torch.randn(packing.num_tokens, HEADS * HEAD_DIM, dtype=torch.float64)
    ours, theirs = qkv.clone().requires_grad_(), qkv.clone().requires_grad_()
    torch.manual_seed(1)
    found = attend(ours, packing, 0.4)
    torch.manual_seed(1)
    sizes = [count * length for count, length in packing.runs]
    runs = zip(theirs.split(sizes), packing.runs, strict=True)
    expected = torch.cat([plain(part, length, 0.4) for part, (_, length) in runs])
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_the_mean_over_masks_is_attention_without_dropout():
    torch.manual_seed(2)
    qkv = torch.randn(8, 3, HEADS, HEAD_DIM)
    packing = Packing((8,))
    mean = torch.stack([attend(qkv, packing, 0.3) for _ in range(4000)]).mean(0)
    torch.testing.assert_close(mean, attend(qkv, packing, 0.0), atol=0.05, rtol=0.05)


def test_cutting_a_run_into_calls_changes_no_value(monkeypatch):
    packing = Packing((6,) * 5 + (3,))
    qkv = torch.randn(packing.num_tokens, 3, HEADS, HEAD_DIM)
    whole = attend(qkv, packing, 0.0)
    monkeypatch.setattr(attending, "_SCORES_AT_ONCE", HEADS * 6 * 6 * 2)
    assert attending._calls(packing, HEADS) == [(2, 6), (2, 6), (1, 6), (1, 3)]
    torch.testing.assert_close(attend(qkv, packing, 0.0), whole)
    assert attend(qkv, packing, 0.2).shape == whole.shape


def test_the_variable_length_kernel_takes_what_it_is_given():
    """Its name is torch's own and not public, so a change of it must not go unseen."""
    schema = torch.ops.aten._flash_attention_forward.default._schema
    names = [argument.name for argument in schema.arguments][:10]
    assert names == [
        "query", "key", "value", "cum_seq_q", "cum_seq_k", "max_q", "max_k",
        "dropout_p", "is_causal", "return_debug_mask",
    ]  # fmt: skip


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_variable_length_kernel_equals_a_call_for_each_sequence():
    packing = Packing((64, 3, 17))
    qkv = torch.randn(packing.num_tokens, 3, 4, 64, device="cuda", dtype=torch.bfloat16)
    expected = attend(qkv.float().cpu(), packing, 0.0)
    torch.testing.assert_close(attend(qkv, packing, 0.0).float().cpu(), expected, atol=2e-2, rtol=0)
