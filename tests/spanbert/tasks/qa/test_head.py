"""Scores and loss: equal to `transformers` on the same weights, and to one window at a time."""

import pytest
import torch
import torch.nn.functional as F
from packed_batch import LENGTHS, batch_of, padded, with_random_weights
from transformers import BertForQuestionAnswering

from spanbert.model.packing import Packing
from spanbert.model.published import published_names, write_folder
from spanbert.tasks.qa.head import QuestionAnsweringModel, answer_loss


@pytest.fixture
def model(sizes):
    return with_random_weights(QuestionAnsweringModel(sizes))


@pytest.fixture
def batch(sizes):
    targets = torch.tensor([[0, 0], [2, 6], [3, 3], [1, 2], [19, 19]])
    return *batch_of(sizes), targets


def loss_by_window(scores, targets):
    """Cross-entropy of one window after the other, unpadded."""
    parts = []
    for window, (first, last) in zip(scores.split(list(LENGTHS)), targets, strict=True):
        start = F.cross_entropy(window[None, :, 0], first[None])
        end = F.cross_entropy(window[None, :, 1], last[None])
        parts.append((start + end) / 2)
    return torch.stack(parts).mean()


def test_the_loss_is_the_mean_of_each_window_by_itself(batch):
    *_, targets = batch
    scores = torch.randn(sum(LENGTHS), 2, requires_grad=True)
    loss = answer_loss(scores, Packing(LENGTHS), targets)
    (gradient,) = torch.autograd.grad(loss, scores)
    oracle = loss_by_window(scores, targets)
    (oracle_gradient,) = torch.autograd.grad(oracle, scores)
    torch.testing.assert_close(loss, oracle)
    torch.testing.assert_close(gradient, oracle_gradient)


def test_scores_and_gradients_equal_those_of_transformers(
    model, batch, sizes, tokenizer_folder, tmp_path
):
    token_ids, token_types, targets = batch
    write_folder(tmp_path, model.state_dict(), sizes, "BertForQuestionAnswering", tokenizer_folder)
    theirs, info = BertForQuestionAnswering.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    theirs.eval()
    mask = padded(torch.ones_like(token_ids))
    output = theirs(
        input_ids=padded(token_ids), attention_mask=mask, token_type_ids=padded(token_types)
    )
    their_scores = torch.stack([output.start_logits, output.end_logits], dim=-1)[mask.bool()]
    scores = model.eval()(token_ids, Packing(LENGTHS), token_types)
    torch.testing.assert_close(scores, their_scores, rtol=1e-5, atol=1e-5)

    answer_loss(scores, Packing(LENGTHS), targets).backward()
    loss_by_window(their_scores, targets).backward()
    ours = published_names({name: p.grad for name, p in model.named_parameters()})
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(ours.pop(name), parameter.grad, rtol=1e-4, atol=1e-5)
    assert not ours


def test_windows_do_not_see_each_other(model, batch):
    token_ids, token_types, _ = batch
    model.eval()
    together = model(token_ids, Packing(LENGTHS), token_types)
    alone = [
        model(ids, Packing((len(ids),)), types)
        for ids, types in zip(
            token_ids.split(list(LENGTHS)), token_types.split(list(LENGTHS)), strict=True
        )
    ]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-5, atol=1e-5)
