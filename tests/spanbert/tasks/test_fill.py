"""Filling [MASK]s: the same tokens as `transformers` finds in the same folder."""

from dataclasses import replace

import pytest
import torch
import transformers

from spanbert.errors import DataError
from spanbert.model.published import write_folder
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model


@pytest.fixture(scope="module")
def folder(artifacts, tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder")
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    wide = replace(artifacts.config.model, initializer_range=0.5)
    config = replace(artifacts.config, model=wide)
    state = build_model(config, vocab_size).state_dict()
    sizes = replace(wide, vocab_size=vocab_size)
    write_folder(path, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    return path


def test_guesses_equal_those_of_transformers(folder):
    text = "The old miller [MASK] his own [MASK] near Oslo."
    ours = MaskFiller.load(folder).fill(text, num_best=3)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.BertForMaskedLM.from_pretrained(folder).eval()
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        shares = model(**inputs).logits[0].softmax(-1)
    rows = shares[inputs["input_ids"][0] == tokenizer.mask_token_id]
    for guesses, row in zip(ours, rows, strict=True):
        best = row.topk(3)
        assert [g.token for g in guesses] == tokenizer.convert_ids_to_tokens(best.indices.tolist())
        assert [g.probability for g in guesses] == pytest.approx(best.values.tolist(), rel=1e-4)


@pytest.mark.parametrize("text", ["no mask here", "[MASK] " + "Oslo " * 200])
def test_a_text_that_cannot_be_filled_is_refused(folder, text):
    with pytest.raises(DataError):
        MaskFiller.load(folder).fill(text)
