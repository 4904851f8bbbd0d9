"""The encoder against `transformers`, padded, on shared random weights."""

import pytest
import torch
import transformers

from spanbert.model.config import ModelConfig
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import huggingface_config, published_names
from spanbert.objectives.config import ObjectiveConfig

ODD = ModelConfig(  # no two sizes are alike, so a literal in place of a setting would break
    vocab_size=89,
    hidden_size=24,
    num_layers=3,
    num_heads=4,
    intermediate_size=40,
    max_positions=33,
    num_token_types=2,
    initializer_range=0.05,
)
LENGTHS = (3, 33, 7, 7, 1, 12)


@pytest.fixture
def ours():
    model = PretrainingModel(ODD, ObjectiveConfig(max_sbo_pieces=5, sbo_position_size=6))
    initialize(model, ODD.initializer_range, seed=11)
    for name, weight in model.named_parameters():  # biases too must be carried over
        if weight.ndim == 1:
            torch.nn.init.normal_(weight, mean=float("norm.weight" in name), std=0.1)
    return model.eval()


@pytest.fixture
def theirs(ours):
    settings = huggingface_config(ODD, "BertForMaskedLM")
    config = transformers.BertConfig(**settings, attn_implementation="eager")
    model = transformers.BertForMaskedLM(config).eval()
    result = model.load_state_dict(published_names(ours.state_dict()), strict=False)
    assert set(result.missing_keys) == {
        "cls.predictions.decoder.weight",
        "cls.predictions.decoder.bias",
    }
    assert all(key.startswith("cls.pair_target_predictions.") for key in result.unexpected_keys)
    return model


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(5)
    ids = [torch.randint(5, 89, (length,), generator=generator) for length in LENGTHS]
    types = [torch.randint(0, 2, (length,), generator=generator) for length in LENGTHS]
    return ids, types


def padded(sequences):
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)


def logits_of_both(ours, theirs, batch):
    ids, types = batch
    packing = Packing(LENGTHS)
    hidden = ours.encoder(torch.cat(ids), packing, torch.cat(types))
    flat = ours.masked_token_head(hidden, ours.word_embeddings)
    visible = padded([torch.ones(length) for length in LENGTHS])
    full = theirs(input_ids=padded(ids), token_type_ids=padded(types), attention_mask=visible)
    return flat, full.logits[visible.bool()]


def test_forward_equals_transformers_with_padding(ours, theirs, batch):
    flat, expected = logits_of_both(ours, theirs, batch)
    torch.testing.assert_close(flat, expected, atol=1e-5, rtol=1e-5)


def test_gradients_equal_transformers_with_padding(ours, theirs, batch):
    flat, expected = logits_of_both(ours, theirs, batch)
    targets = torch.cat(batch[0])
    for logits in (flat, expected):
        torch.nn.functional.cross_entropy(logits, targets).backward()
    gradients = published_names(
        {n: p.grad for n, p in ours.named_parameters() if p.grad is not None}
    )
    compared = 0
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, atol=1e-5, rtol=1e-5)
        compared += 1
    assert compared == len(gradients) > 50


def test_attention_never_crosses_a_sequence(ours, batch):
    ids = [i.clone() for i in batch[0]]
    before = ours.encoder(torch.cat(ids), Packing(LENGTHS))
    ids[1].fill_(7)
    after = ours.encoder(torch.cat(ids), Packing(LENGTHS))
    start, end = LENGTHS[0], LENGTHS[0] + LENGTHS[1]
    assert torch.equal(before[:start], after[:start])
    assert torch.equal(before[end:], after[end:])
    assert not torch.allclose(before[start:end], after[start:end])


def test_base_and_large_have_the_published_number_of_parameters():
    large = ModelConfig(hidden_size=1024, num_layers=24, num_heads=16, intermediate_size=4096)
    from spanbert.model.encoder import Encoder

    with torch.device("meta"):
        counts = [sum(p.numel() for p in Encoder(c).parameters()) for c in (ModelConfig(), large)]
    assert counts == [107_719_680, 332_529_664]


def test_dropout_changes_training_but_not_evaluation(ours, batch):
    ids = torch.cat(batch[0])
    assert torch.equal(ours.encoder(ids, Packing(LENGTHS)), ours.encoder(ids, Packing(LENGTHS)))
    ours.train()
    assert not torch.equal(ours.encoder(ids, Packing(LENGTHS)), ours.encoder(ids, Packing(LENGTHS)))


@pytest.mark.parametrize("checkpointed", [False, True])
def test_some_rows_are_those_of_all_and_have_their_gradient(ours, batch, checkpointed):
    ids, types = (torch.cat(flat) for flat in batch)
    encoder, packing = ours.encoder, Packing(LENGTHS)
    encoder.is_checkpointed = checkpointed
    rows = packing.starts()
    gradients = []
    for found in (encoder(ids, packing, types)[rows], encoder(ids, packing, types, rows)):
        encoder.zero_grad()
        (found * torch.arange(found.numel()).view_as(found)).sum().backward()
        gradients.append((found, {n: p.grad.clone() for n, p in encoder.named_parameters()}))
    (whole, expected), (some, gradient) = gradients
    torch.testing.assert_close(some, whole)
    for name, value in gradient.items():
        torch.testing.assert_close(value, expected[name], rtol=1e-4, atol=1e-3)
