"""Filling [MASK]s: by MLM as `transformers` does it, by SBO as the paper writes it, by both."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file

from spanbert.errors import ConfigError, DataError
from spanbert.model.published import write_folder
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model

TEXT = "The old miller [MASK] his own [MASK] [MASK]  [MASK] near Oslo."


def written(artifacts, path, *, sbo_weight=1.0, max_sbo_pieces=2):
    """A model folder with random weights, wide enough that guesses differ."""
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    wide = replace(artifacts.config.model, initializer_range=0.5)
    objective = replace(
        artifacts.config.objective, sbo_weight=sbo_weight, max_sbo_pieces=max_sbo_pieces
    )
    config = replace(artifacts.config, model=wide, objective=objective)
    state = build_model(config, vocab_size).state_dict()
    sizes = replace(wide, vocab_size=vocab_size)
    write_folder(path, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    return path


@pytest.fixture(scope="module")
def folder(artifacts, tmp_path_factory):
    return written(artifacts, tmp_path_factory.mktemp("encoder"))


def masks_of(filled):
    return [mask for span in filled.spans for mask in span.masks]


def log_probabilities(folder, text):
    """By MLM at each mask, and by SBO at each mask, from the published tensors one at a time."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.BertForMaskedLM.from_pretrained(folder).eval()
    inputs = tokenizer(text, return_tensors="pt")
    ids = inputs["input_ids"][0].tolist()
    with torch.no_grad():
        found = model(**inputs, output_hidden_states=True)
    weights, hidden = load_file(folder / "model.safetensors"), found.hidden_states[-1][0]
    mlm, sbo = [], []
    for position, token in enumerate(ids):
        if token != tokenizer.mask_token_id:
            continue
        mlm.append(found.logits[0, position].log_softmax(-1))
        left, right = position, position
        while ids[left] == tokenizer.mask_token_id:
            left -= 1
        while ids[right] == tokenizer.mask_token_id:
            right += 1
        place = position - left - 1
        rows = weights["cls.pair_target_predictions.position_embeddings.weight"]
        known = place < len(rows)
        sbo.append(
            _by_boundary(weights, hidden[left], hidden[right], rows[place]) if known else None
        )
    return tokenizer, mlm, sbo


def _by_boundary(weights, left, right, place):
    """h0 = [x_l; x_r; p]; twice LN(GeLU(W h)); the input embedding with a bias of its own."""
    state = torch.cat([left, right, place])
    for n in (1, 2):
        layer = "cls.pair_target_predictions.mlp_layer_norm."
        matrix, bias = (weights[f"{layer}linear{n}.{k}"] for k in ("weight", "bias"))
        scale, shift = (weights[f"{layer}layer_norm{n}.{k}"] for k in ("weight", "bias"))
        state = F.gelu(matrix @ state + bias)
        spread = state.var(unbiased=False) + 1e-12
        state = (state - state.mean()) / spread.sqrt() * scale + shift
    logits = weights["bert.embeddings.word_embeddings.weight"] @ state
    return (logits + weights["cls.pair_target_predictions.bias"]).log_softmax(-1)


def assert_best(guesses, row, tokenizer):
    best = row.exp().topk(len(guesses))
    assert [g.token for g in guesses] == tokenizer.convert_ids_to_tokens(best.indices.tolist())
    assert [g.probability for g in guesses] == pytest.approx(best.values.tolist(), rel=1e-3)


@pytest.mark.parametrize("text", [TEXT, "[MASK] sat", "sat [MASK][MASK]", "[MASK]"])
def test_guesses_are_those_of_the_definition(folder, text):
    ours = masks_of(MaskFiller.load(folder).fill(text, num_best=3))
    tokenizer, mlm, sbo = log_probabilities(folder, text)
    assert len(ours) == len(mlm) == text.count("[MASK]")
    for mask, by_mlm, by_sbo in zip(ours, mlm, sbo, strict=True):
        assert_best(mask.by_mlm, by_mlm, tokenizer)
        if by_sbo is None:
            assert mask.by_sbo is None
            assert mask.by_both == mask.by_mlm
        else:
            assert_best(mask.by_sbo, by_sbo, tokenizer)
            product = (by_mlm + by_sbo).exp()
            assert_best(mask.by_both, (product / product.sum()).log(), tokenizer)


def test_places_beyond_the_rows_of_the_head_have_no_guess_by_sbo(folder):
    masks = masks_of(MaskFiller.load(folder).fill(TEXT))
    assert [mask.by_sbo is None for mask in masks] == [False, False, False, True]


def test_a_model_without_the_head_fills_by_mlm(artifacts, tmp_path):
    filled = MaskFiller.load(written(artifacts, tmp_path, sbo_weight=0.0)).fill(TEXT)
    assert not filled.has_sbo
    assert all(m.by_sbo is None and m.by_both == m.by_mlm for m in masks_of(filled))


def test_a_span_at_the_edge_says_so(folder):
    spans = MaskFiller.load(folder).fill("[MASK] sat near [MASK] in [MASK]").spans
    assert [span.is_at_edge for span in spans] == [True, False, True]
    assert all(mask.by_sbo for span in spans for mask in span.masks)


def test_all_of_the_vocabulary_may_be_asked_for(folder):
    (mask,) = masks_of(MaskFiller.load(folder).fill("a [MASK].", num_best=10**6))
    assert sum(g.probability for g in mask.by_both) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", ["no mask here", "", "[MASK] " + "Oslo " * 200])
def test_a_text_that_cannot_be_filled_is_refused(folder, text):
    with pytest.raises(DataError):
        MaskFiller.load(folder).fill(text)


def test_no_guesses_cannot_be_asked_for(folder):
    with pytest.raises(ConfigError):
        MaskFiller.load(folder).fill(TEXT, num_best=0)
