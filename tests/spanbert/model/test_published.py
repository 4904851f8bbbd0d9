"""The stock folder: `transformers` loads it, and it comes back unchanged."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from spanbert.errors import CheckpointError
from spanbert.model.config import ModelConfig
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import (
    load_into,
    load_pretraining_model,
    model_config_of,
    objective_of,
    write_folder,
)
from spanbert.objectives.config import ObjectiveConfig
from spanbert.tokenizer.subword import load_tokenizer

OBJECTIVE = ObjectiveConfig(max_sbo_pieces=7, sbo_position_size=6, nsp=True)


@pytest.fixture
def sizes(artifacts):
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    return ModelConfig(
        vocab_size=vocab_size,
        hidden_size=16,
        num_layers=2,
        num_heads=2,
        intermediate_size=20,
        max_positions=50,
    )


@pytest.fixture
def model(sizes):
    made = PretrainingModel(sizes, OBJECTIVE)
    initialize(made, 0.05, seed=1)
    return made.eval()


@pytest.fixture
def folder(model, sizes, artifacts, tmp_path):
    write_folder(tmp_path, model.state_dict(), sizes, "BertForMaskedLM", artifacts.tokenizer)
    return tmp_path


def test_all_files_may_be_read_by_the_same_users(folder):
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1


def test_masked_lm_of_transformers_gives_our_logits(model, folder):
    theirs, report = transformers.BertForMaskedLM.from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["mismatched_keys"]
    ids = torch.arange(5, 25)
    from spanbert.model.packing import Packing

    hidden = model.encoder(ids, Packing((20,)))
    ours = model.masked_token_head(hidden, model.word_embeddings)
    full = theirs.eval()(input_ids=ids[None]).logits[0]
    torch.testing.assert_close(ours, full, atol=1e-5, rtol=1e-5)


def test_auto_model_and_tokenizer_load_the_folder(model, folder):
    theirs = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False)
    assert sum(p.numel() for p in theirs.parameters()) == sum(
        p.numel() for p in model.encoder.parameters()
    )
    assert transformers.AutoTokenizer.from_pretrained(folder).mask_token == "[MASK]"


def test_the_round_trip_is_exact(model, folder, sizes):
    back = load_pretraining_model(folder)
    assert model_config_of(folder) == sizes
    assert objective_of(folder) == OBJECTIVE
    ours, theirs = model.state_dict(), back.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_missing_head_keeps_fresh_weights_and_is_named(model, folder, sizes):
    tensors = load_file(folder / "model.safetensors")
    kept = {n: t for n, t in tensors.items() if not n.startswith("cls.predictions.")}
    save_file(kept, folder / "model.safetensors")
    fresh = load_into(PretrainingModel(sizes, OBJECTIVE), folder)
    assert fresh
    assert all(name.startswith("masked_token_head.") for name in fresh)
    with pytest.raises(
        CheckpointError, match="weights of pre-training are missing, first masked_token_head"
    ):
        load_pretraining_model(folder)


def test_another_shape_is_refused_with_both(model, folder, sizes):
    tensors = load_file(folder / "model.safetensors")
    tensors["bert.embeddings.position_embeddings.weight"] = torch.zeros(9, 16)
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"\(9, 16\), expected \(50, 16\)"):
        load_pretraining_model(folder)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not a Hugging Face model folder"),
        ("[]", "not a Hugging Face model folder"),
        (json.dumps({"model_type": "gpt2"}), "'gpt2' is not 'bert'"),
        (json.dumps({"model_type": "bert"}), "KeyError"),
    ],
)
def test_a_bad_config_is_refused_in_one_line(folder, content, told):
    (folder / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=told):
        model_config_of(folder)


def test_weights_that_are_no_safetensors_are_refused(folder, model):
    (folder / "model.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(CheckpointError, match="no readable weights"):
        load_into(model, folder)
