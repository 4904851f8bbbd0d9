"""Outputs and loss: equal to `transformers` on the same weights, and to one sequence at a time."""

import pytest
import torch
import torch.nn.functional as F
from packed_batch import LENGTHS, batch_of, padded, with_random_weights
from transformers import BertForSequenceClassification

from spanbert.model.packing import Packing
from spanbert.model.published import published_names, write_folder
from spanbert.tasks.classification.head import ClassificationModel, classification_loss
from spanbert.tasks.classification.settings import head_settings

LABELS = ("no", "yes", "perhaps")


def model_of(sizes, num_outputs):
    return with_random_weights(ClassificationModel(sizes, num_outputs))


@pytest.fixture
def batch(sizes):
    return batch_of(sizes)


@pytest.mark.parametrize(
    ("labels", "targets"),
    [(LABELS, torch.tensor([0, 2, 1, 1, 0])), ((), torch.tensor([0.5, 3.0, 5.0, 0.0, 2.2]))],
)
def test_outputs_loss_and_gradients_equal_those_of_transformers(
    sizes, batch, labels, targets, tokenizer_folder, tmp_path
):
    token_ids, token_types = batch
    model = model_of(sizes, len(labels) or 1)
    state, name = model.state_dict(), "BertForSequenceClassification"
    head = head_settings(labels)
    write_folder(tmp_path, state, sizes, name, tokenizer_folder, head=head)
    theirs, info = BertForSequenceClassification.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    theirs.eval()
    assert [theirs.config.id2label[i] for i in range(len(labels))] == list(labels)
    mask = padded(torch.ones_like(token_ids))
    output = theirs(
        input_ids=padded(token_ids),
        attention_mask=mask,
        token_type_ids=padded(token_types),
        labels=targets,
    )
    outputs = model.eval()(token_ids, Packing(LENGTHS), token_types)
    torch.testing.assert_close(outputs, output.logits, rtol=1e-5, atol=1e-5)
    loss = classification_loss(outputs, targets)
    torch.testing.assert_close(loss, output.loss, rtol=1e-5, atol=1e-5)

    loss.backward()
    output.loss.backward()
    ours = published_names({name: p.grad for name, p in model.named_parameters()})
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(ours.pop(name), parameter.grad, rtol=1e-4, atol=1e-5)
    assert not ours


def test_sequences_do_not_see_each_other(sizes, batch):
    token_ids, token_types = batch
    model = model_of(sizes, 3).eval()
    together = model(token_ids, Packing(LENGTHS), token_types)
    parts = zip(token_ids.split(list(LENGTHS)), token_types.split(list(LENGTHS)), strict=True)
    alone = [model(ids, Packing((len(ids),)), types) for ids, types in parts]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-5, atol=1e-5)


def test_weights_of_labels_weigh_their_examples():
    outputs, targets = torch.randn(4, 3), torch.tensor([0, 2, 2, 1])
    weights = torch.tensor([1.0, 0.0, 3.0])
    each = F.cross_entropy(outputs, targets, reduction="none")
    expected = (each * weights[targets]).sum() / weights[targets].sum()
    torch.testing.assert_close(classification_loss(outputs, targets, weights), expected)
