"""Models of others, loaded: they compute what they computed before, and the account is right."""

import json

import layouts
import pytest
import torch
import transformers
from layouts import bert, hidden_states, roberta, token_logits
from safetensors.torch import load_file, save_file

from spanbert.errors import CheckpointError, DataError, IntegrityError
from spanbert.model.config import ModelConfig
from spanbert.model.importing.model import import_model
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.objectives.config import ObjectiveConfig

IDS = torch.randint(5, 89, (3, 20), generator=torch.Generator().manual_seed(0))
MLM_ONLY = ObjectiveConfig(sbo_weight=0.0)
BOTH = ObjectiveConfig()


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.fixture
def saved(tmp_path):
    def save(theirs):
        theirs.save_pretrained(tmp_path / "theirs")
        return tmp_path / "theirs"

    return save


def test_a_bert_of_the_base_size_gives_the_hidden_states_of_transformers(saved):
    theirs = transformers.BertModel(
        transformers.BertConfig(vocab_size=28_996), add_pooling_layer=False
    ).eval()
    model, report = import_model(saved(theirs), MLM_ONLY, seed=1)
    assert report.num_parameters == 107_719_680
    ids = torch.randint(0, 28_996, (2, 12), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        close(hidden_states(model.eval().encoder, ids), theirs(input_ids=ids).last_hidden_state)


def test_bert_with_all_its_heads_gives_its_logits(saved):
    theirs = bert("BertForPreTraining")
    model, report = import_model(saved(theirs), ObjectiveConfig(sbo_weight=0.0, nsp=True), seed=1)
    outputs = theirs(input_ids=IDS)
    close(token_logits(model.eval(), IDS), outputs.prediction_logits)
    first = hidden_states(model.encoder, IDS)[:, 0]
    close(model.next_sentence_head(first), outputs.seq_relationship_logits)
    assert report.initialised == ()
    assert report.num_parameters == sum(p.numel() for p in theirs.parameters())


@pytest.mark.parametrize("architecture", ["BertForMaskedLM", "BertModel"])
def test_a_head_that_is_missing_is_made_new_and_named(saved, architecture):
    theirs = bert(architecture)
    model, report = import_model(saved(theirs), BOTH, seed=5)
    encoder = theirs if architecture == "BertModel" else theirs.bert
    close(hidden_states(model.eval().encoder, IDS), encoder(input_ids=IDS).last_hidden_state)

    fresh = PretrainingModel(model.encoder.config, BOTH)
    initialize(fresh, model.encoder.config.initializer_range, seed=5)
    new = {"span_boundary_head"} | ({"masked_token_head"} if architecture == "BertModel" else set())
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, fresh.state_dict()[name]) == (name.split(".")[0] in new)
    heads = {name.rsplit(".", 1)[0].split(".")[1] for name in report.initialised}
    assert heads == {"pair_target_predictions"} | ({"predictions"} if len(new) == 2 else set())
    assert all("pooler" in name for name in report.ignored)


@pytest.mark.parametrize("architecture", ["RobertaForMaskedLM", "RobertaModel"])
def test_roberta_gives_what_transformers_gives(saved, architecture):
    theirs = roberta(architecture)
    model, report = import_model(saved(theirs), MLM_ONLY, seed=1)
    model.eval()
    assert report.model.max_positions == 33
    assert report.model.layer_norm_eps == 1e-5
    if architecture == "RobertaModel":
        close(hidden_states(model.encoder, IDS), theirs(input_ids=IDS).last_hidden_state)
    else:
        close(token_logits(model, IDS), theirs(input_ids=IDS).logits)
        assert report.initialised == ()
    first, second = model.encoder.embeddings.token_type.weight
    assert torch.equal(first, second)
    assert any("types 0 and 1 start equal" in note for note in report.notes)


@pytest.mark.parametrize("place", ["bert.", ""])
def test_names_of_any_year_are_understood(saved, place):
    """Layer norms as gamma and beta, and an encoder saved with or without its prefix."""
    theirs = bert("BertForMaskedLM")
    path = saved(theirs) / "model.safetensors"
    tensors = layouts.old_norms(load_file(path))
    save_file({n.replace("bert.", place): t for n, t in tensors.items()}, path)
    model, _ = import_model(path.parent, MLM_ONLY, seed=1)
    close(token_logits(model.eval(), IDS), theirs(input_ids=IDS).logits)


def test_weights_in_parts_are_put_together(tmp_path):
    theirs = bert("BertForMaskedLM")
    theirs.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    model, report = import_model(tmp_path, MLM_ONLY, seed=1)
    close(token_logits(model.eval(), IDS), theirs(input_ids=IDS).logits)
    assert report.initialised == ()
    next(iter(tmp_path.glob("*.safetensors"))).unlink()
    with pytest.raises(CheckpointError, match="no readable weights"):
        import_model(tmp_path, MLM_ONLY, seed=1)


def test_trap_15_the_archive_layout_is_an_encoder_alone_in_half_precision(tmp_path):
    folder = layouts.write_archive(tmp_path / "spanbert", bert("BertForMaskedLM"))
    model, report = import_model(folder, BOTH, seed=1)
    theirs = bert("BertForMaskedLM").half().float().bert
    close(hidden_states(model.eval().encoder, IDS), theirs(input_ids=IDS).last_hidden_state)
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
    assert report.model.layer_norm_eps == 1e-12
    assert all(name.startswith("cls.") for name in report.initialised)


@pytest.mark.parametrize("rows", [15, 20])
def test_fairseq_gives_both_heads_and_its_sizes(tmp_path, rows):
    theirs = bert("BertForMaskedLM")
    path = layouts.write_fairseq(tmp_path / "model.pt", theirs, rows, legacy=rows == 15)
    model, report = import_model(path.parent if rows == 20 else path, None, seed=1)
    close(token_logits(model.eval(), IDS), theirs.half().float()(input_ids=IDS).logits)
    assert report.model == ModelConfig(
        vocab_size=89,
        hidden_size=128,
        num_layers=2,
        num_heads=2,
        intermediate_size=40,
        max_positions=33,
    )
    head = layouts.sbo_head(128, 89, rows)
    assert torch.equal(
        model.span_boundary_head.position.weight,
        head["cls.pair_target_predictions.position_embeddings.weight"].half().float(),
    )
    assert torch.equal(
        model.span_boundary_head.norm2.bias,
        head["cls.pair_target_predictions.mlp_layer_norm.layer_norm2.bias"].half().float(),
    )
    assert report.initialised == ()
    assert report.ignored == ()  # the tied output matrices are the word embeddings again
    if rows == 20:
        with pytest.raises(CheckpointError, match="max_sbo_pieces = 20") as refused:
            import_model(path, BOTH, seed=1)
        assert refused.value.remedy == "--set objective.max_sbo_pieces=20"


def test_a_fine_tuned_model_gives_its_encoder_and_the_rest_is_named(saved):
    theirs = bert("BertForQuestionAnswering")
    model, report = import_model(saved(theirs), MLM_ONLY, seed=1)
    close(hidden_states(model.eval().encoder, IDS), theirs.bert(input_ids=IDS).last_hidden_state)
    assert report.ignored == ("qa_outputs.bias", "qa_outputs.weight")
    assert any("left out: qa_outputs.bias" in line for line in report.lines())
    assert json.loads(report.to_json())["ignored"] == list(report.ignored)


def test_an_output_matrix_of_its_own_is_told(saved):
    path = saved(bert("BertForMaskedLM")) / "model.safetensors"
    tensors = load_file(path) | {"cls.predictions.decoder.weight": torch.zeros(89, 128)}
    save_file(tensors, path)
    _, report = import_model(path.parent, MLM_ONLY, seed=1)
    assert any("predictions change" in note for note in report.notes)


def edit_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        (lambda f: f.rename(f"{f}-gone"), DataError, "no such file"),
        (lambda f: (f / "model.safetensors").unlink(), CheckpointError, "no weights here"),
        (lambda f: (f / "config.json").unlink(), CheckpointError, "no model in a known layout"),
        (lambda f: (f / "config.json").write_text("{"), CheckpointError, "cannot be read"),
        (lambda f: edit_config(f, model_type="gpt2"), CheckpointError, "'gpt2' is neither"),
        (lambda f: edit_config(f, hidden_act="relu"), CheckpointError, "hidden_act = 'relu'"),
        (lambda f: edit_config(f, vocab_size=90), CheckpointError, r"\(89, 128\).*\(90, 128\)"),
        (lambda f: edit_config(f, num_attention_heads=3), CheckpointError, "not a multiple"),
        (lambda f: edit_config(f, num_hidden_layers=3), CheckpointError, "missing: .*layer.2"),
        (lambda f: edit_config(f, num_hidden_layers="x"), CheckpointError, "not the sizes"),
        (
            lambda f: (f / "model.safetensors").write_bytes(b"\x80\x02truncated"),
            CheckpointError,
            "no readable weights",
        ),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line(saved, spoil, error, told):
    folder = saved(bert("BertForMaskedLM"))
    spoil(folder)
    with pytest.raises(error, match=told) as refused:
        import_model(folder, MLM_ONLY, seed=1)
    assert refused.value.remedy
    assert "\n" not in str(refused.value)


def test_an_archive_is_to_be_unpacked(tmp_path):
    path = tmp_path / "spanbert_hf_base.tar.gz"
    path.write_bytes(b"x")
    with pytest.raises(CheckpointError, match="known layout") as refused:
        import_model(path, MLM_ONLY, seed=1)
    assert "tar xzf" in refused.value.remedy


def test_a_folder_whose_pickle_would_run_code_is_refused(tmp_path):
    import os

    class Call:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'executed'}",)

    folder = layouts.write_archive(tmp_path / "bad", bert("BertModel"))
    torch.save({"bert.x": torch.ones(2), "y": Call()}, folder / "pytorch_model.bin")
    with pytest.raises(IntegrityError, match=r"posix\.system"):
        import_model(folder, MLM_ONLY, seed=1)
    assert not (tmp_path / "executed").exists()
